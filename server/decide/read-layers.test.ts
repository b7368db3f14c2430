import { describe, expect, test } from 'vitest';
import { defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';
import { layersGiven } from './read-layers.ts';

const mistakesIn = (given: object): string[] => {
  try {
    parsePolicy({ language: 'en', ...given });
    return [];
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
};
const everywhere =
  'language, zone, logging, minutes, subject, texts, comments, closeWhenCalledBack, moment, status, task, fields, attribution, ' +
  'defaultOwnerId, owner, stranger, followUp, messages, hours, campaigns, cases, opportunities';
const lockedBy = (whose: string, lock: string) => `${whose} locks ${lock} for all below it: leave it out here, or take the lock away.`;

describe('what is different at a level', () => {
  test('agents are named in any case of letters, as in teams; lines, queues and teams as they are', () => {
    const { lines, queues, teams, agents } = parsePolicy({
      language: 'en',
      lines: { Sales: { minutes: 'floor' } },
      queues: { Support: {} },
      teams: { North: { members: ['Anna@Example.com', 'BEN'] } },
      agents: { 'Anna@Example.com': { zone: 'Asia/Tokyo' }, EVE: {} },
    });
    expect({ lines, queues, teams, agents }).toEqual({
      lines: { Sales: { minutes: 'floor' } },
      queues: { Support: {} },
      teams: { North: { members: ['anna@example.com', 'ben'] } },
      agents: { 'anna@example.com': { zone: 'Asia/Tokyo' }, eve: {} },
    });
  });
  test.each<[object, string]>([
    [{ lines: [] }, 'lines: Give an object with what is different for each line, not a list.'],
    [{ queues: 3 }, 'queues: Give an object with what is different for each queue, not 3.'],
    [{ teams: 'north' }, 'teams: Give an object with what is different for each team, not "north".'],
    [{ agents: null }, 'agents: Give an object with what is different for each agent, not null.'],
    [{ lines: { a: 1 } }, 'lines.a: Give an object, not 1.'],
    [{ lines: { a: { members: [] } } }, `lines.a.members: There is no such setting. There are locked, enabled, match, ${everywhere}.`],
    [{ queues: { a: { enabled: false } } }, `queues.a.enabled: There is no such setting. There are locked, ${everywhere}.`],
    [{ teams: { a: { enabled: false } } }, `teams.a.enabled: There is no such setting. There are locked, members, ${everywhere}.`],
    [{ agents: { a: { locked: [] } } }, `agents.a.locked: There is no such setting. There are ${everywhere}.`],
    [{ teams: { a: { members: 'anna' } } }, 'teams.a.members: Give a list of ids or e-mails of agents, not "anna".'],
    [{ teams: { a: { members: [' '] } } }, 'teams.a.members: " " is none of ids or e-mails of agents.'],
    [{ locked: 'zone' }, 'locked: Give a list of settings, by their paths such as "logging.missed" or "stranger", not "zone".'],
    [{ locked: ['a b'] }, 'locked: "a b" is none of settings, by their paths such as "logging.missed" or "stranger".'],
    [{ locked: ['.a'] }, 'locked: ".a" is none of settings, by their paths such as "logging.missed" or "stranger".'],
    [{ agents: { Anna: {}, ben: {}, ANNA: {} } }, 'agents.anna: It stands there twice; capital letters make no difference.'],
  ])('%j', (given, mistake) => expect(mistakesIn(given)).toEqual([mistake]));
});

describe('a lock', () => {
  const noSetting = (name: string) =>
    `There is no setting "${name}" that a lower level could give. There are enabled, match, ${everywhere}.`;
  test.each(['language', 'logging.missed', 'stranger.unnamed.pl', 'fields.Task', 'fields.Task.Region__c.from', 'enabled', 'match.kinds'])(
    'on %s is one on a setting',
    (path) => expect(mistakesIn({ locked: [path], lines: { a: { locked: [path] } } })).toEqual([]),
  );
  test.each([
    'logging.lost',
    'logging.missed.more',
    'product',
    'rows',
    'toString',
    'logging.toString',
    'fields.Task.Region__c.colour',
    'hours.calendars',
    'match.kinds.0',
  ])('on %s is on nothing', (path) =>
    expect(mistakesIn({ teams: { a: { locked: [path] } } })).toEqual([`teams.a.locked: ${noSetting(path)}`]),
  );
  test('each that is on nothing is told', () =>
    expect(mistakesIn({ locked: ['zone', 'colour', 'shape'] })).toEqual([
      `locked: ${noSetting('colour')}`,
      `locked: ${noSetting('shape')}`,
    ]));

  const minutes = { minutes: 'floor' };
  const locks = { locked: ['minutes'] };
  test.each<[object, ...string[]]>([
    [{ ...locks, lines: { a: minutes } }, `lines.a.minutes: ${lockedBy('The company', 'minutes')}`],
    [{ ...locks, queues: { a: minutes } }, `queues.a.minutes: ${lockedBy('The company', 'minutes')}`],
    [{ lines: { a: locks }, queues: { b: minutes } }, `queues.b.minutes: ${lockedBy('Line a', 'minutes')}`],
    [{ queues: { a: locks }, teams: { b: minutes } }, `teams.b.minutes: ${lockedBy('Queue a', 'minutes')}`],
    [{ teams: { a: locks }, agents: { b: minutes } }, `agents.b.minutes: ${lockedBy('Team a', 'minutes')}`],
    [{ lines: { a: locks, b: minutes } }],
    [{ teams: { a: locks }, lines: { b: minutes }, queues: { c: minutes } }],
    [{ ...locks, ...minutes }],
    [{ ...locks, lines: { a: { logging: { missed: 'skip' } } } }],
  ])('%j', (given, ...mistakes) => expect(mistakesIn(given)).toEqual(mistakes));
  test('of a section holds for all in it, and for nothing that is only called alike', () => {
    const given = { locked: ['task'], agents: { a: { task: { type: 'Call', subtype: 'Task' } } } };
    expect(mistakesIn(given)).toEqual(['type', 'subtype'].map((key) => `agents.a.task.${key}: ${lockedBy('The company', 'task')}`));
    expect(mistakesIn({ locked: ['stranger.owner'], agents: { a: { stranger: { ownerId: '005A' }, owner: ['agent'] } } })).toEqual([]);
    expect(mistakesIn({ locked: ['stranger.owner'], agents: { a: { stranger: { owner: ['agent'] } } } })).toEqual([
      `agents.a.stranger.owner: ${lockedBy('The company', 'stranger.owner')}`,
    ]);
  });
});

describe('every level as it was given', () => {
  test('the company’s locks first, and members are no setting', () =>
    expect(
      layersGiven({
        ...defaultPolicy('en'),
        locked: ['zone'],
        lines: { l: { minutes: 'ceil' } },
        queues: { q: { minutes: 'floor', locked: ['task'] } },
        teams: { t: { members: ['anna'], minutes: 'round' } },
        agents: { a: { language: 'pl' } },
      }),
    ).toEqual([
      { level: 'company', name: '', at: '', rules: { locked: ['zone'] } },
      { level: 'line', name: 'l', at: 'lines.l', rules: { minutes: 'ceil' } },
      { level: 'queue', name: 'q', at: 'queues.q', rules: { minutes: 'floor', locked: ['task'] } },
      { level: 'team', name: 't', at: 'teams.t', rules: { minutes: 'round' } },
      { level: 'agent', name: 'a', at: 'agents.a', rules: { language: 'pl' } },
    ]));
  test('of a document without any, the company alone', () =>
    expect(layersGiven({})).toEqual([{ level: 'company', name: '', at: '', rules: {} }]));
});

test('an agent in two teams is told of each further one', () =>
  expect(
    mistakesIn({ teams: { a: { members: ['anna', 'ben'] }, b: {}, c: { members: ['eve', 'BEN'] }, d: { members: ['ben'] } } }),
  ).toEqual([
    'teams.c.members: "ben" is in the team "a" already; one is theirs.',
    'teams.d.members: "ben" is in the team "c" already; one is theirs.',
  ]));
