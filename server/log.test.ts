import { expect, test } from 'vitest';
import { openLog } from './log.ts';
import { hostileTexts } from './testing/hostile.ts';
import { realWorld } from './world.ts';

const lines = (format: 'text' | 'json', level: 'info' | 'warn' = 'info') => {
  const written: string[] = [];
  return { written, log: openLog(level, format, { ...realWorld(), now: () => Date.UTC(2026, 10, 21, 9) }, (line) => written.push(line)) };
};

test('one wide line: when, what, and every figure', () => {
  const { written, log } = lines('text');
  log.info('call.told', { call: '41', type: 'missed', because: 'nobody was there', empty: '', none: undefined });
  expect(written).toEqual(['2026-11-21T09:00:00.000Z call.told call=41 type=missed because="nobody was there"\n']);
});
test('what is below the level is not written', () => {
  const { written, log } = lines('text', 'warn');
  log.info('call.told');
  log.error('ingest.failed', { because: 'x' });
  expect(written).toEqual(['2026-11-21T09:00:00.000Z ERROR ingest.failed because=x\n']);
});
test('S3: whatever a stranger sends, it stays on one line and can not forge another', () => {
  for (const format of ['text', 'json'] as const)
    for (const text of Object.values(hostileTexts)) {
      const { written, log } = lines(format);
      log.info('delivery.parked', { because: text });
      expect(written).toHaveLength(1);
      expect(written[0]!.slice(0, -1)).not.toMatch(/[\r\n\u2028\u2029\u0085]/u);
      if (format === 'text') expect(written[0]).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000]/u);
    }
});
