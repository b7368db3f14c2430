import { expect, test } from 'vitest';
import { agentsConf, passwordOf } from './agents.ts';

const ann = { number: '101', name: 'Ann Agent', mailbox: true, second: true };

test("an agent has an endpoint, a login and an address for each phone, and the desk's has the mailbox", () => {
  const conf = agentsConf([ann], 'desk');
  expect(conf.match(/^\[.*$/gm)).toEqual([
    '[101](phone)',
    '[101](auth)',
    '[101](aor-one)',
    '[101w](phone)',
    '[101w](auth)',
    '[101w](aor-one)',
  ]);
  expect(conf.match(/^mailboxes = .*$/gm)).toEqual(['mailboxes = 101@default']);
  expect(conf.match(/^callerid = .*$/gm)).toEqual(Array(2).fill('callerid = "Ann Agent" <101>'));
  expect(conf).toContain(`password = ${passwordOf('101w')}\n`);
});
test('the second phone may be a browser', () => {
  expect(agentsConf([ann], 'browser').match(/^\[\w+\]\((?:phone|web)\)$/gm)).toEqual(['[101](phone)', '[101w](web)']);
});
test('who has no second phone and no mailbox gets none', () => {
  const conf = agentsConf([{ ...ann, mailbox: false, second: false }], 'browser');
  expect(conf).not.toMatch(/101w|mailboxes/);
});
