import { describe, expect, test } from 'vitest';
import { changedSince, fingerprint, type Measured, readMeasured, share, writeMeasured } from './measured.ts';

const rank: Measured = {
  file: 'server/match/rank.ts',
  of: fingerprint('rank'),
  killed: 3,
  survivors: [{ line: 7, column: 12, kind: 'StringLiteral', instead: '""' }],
};
const fold: Measured = { file: 'server/call/fold.ts', of: fingerprint('fold'), killed: 5, survivors: [] };

describe('what was measured', () => {
  test('is read as it was written, in the order of files', () => expect(readMeasured(writeMeasured([rank, fold]))).toEqual([fold, rank]));
  test('keeps a survivor on one line, whatever stood there', () => {
    const long = { ...rank, survivors: [{ line: 1, column: 2, kind: 'BlockStatement', instead: `{\n\t${'x'.repeat(300)}\n}` }] };
    expect(readMeasured(writeMeasured([long]))[0]?.survivors).toEqual([
      { line: 1, column: 2, kind: 'BlockStatement', instead: `{ ${'x'.repeat(98)}` },
    ]);
  });
  test.each(['', 'file\tkilled', `${writeMeasured([rank])}\t\t\tnowhere\t\t\n`])('is refused if it is something else: %j', (text) =>
    expect(() => readMeasured(text)).toThrow(/^It begins with|can't be read/),
  );
  test('says which files are to be measured: new ones and changed ones', () =>
    expect(
      changedSince(
        new Map([
          ['server/call/fold.ts', 'fold'],
          ['server/match/rank.ts', 'rank, changed'],
          ['server/match/new.ts', 'new'],
        ]),
        [rank, fold],
      ),
    ).toEqual(['server/match/rank.ts', 'server/match/new.ts']));
  test('has a share, of all files together', () => {
    expect(share([rank, fold])).toBe(8 / 9);
    expect(share([])).toBe(1);
  });
});
