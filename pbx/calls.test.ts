import { describe, expect, test } from 'vitest';
import { agents } from './agents.ts';
import { calls } from './calls.ts';

const endpoints = agents.flatMap(({ number, second }) => [number, ...(second ? [`${number}w`] : [])]);

describe.each(Object.entries(calls))('%s', (_, { phones, expected }) => {
  test('is played with phones that there are', () => {
    expect(Object.keys(phones).filter((phone) => !endpoints.includes(phone))).toEqual([]);
  });
  test('has talk wherever it was answered, and nowhere else', () => {
    for (const { outcome, answeredBy, lastWith, talkSeconds, holdSeconds = {} } of expected) {
      const talked = Object.keys(talkSeconds);
      expect(answeredBy !== undefined).toBe(outcome === 'answered');
      if (answeredBy !== undefined) expect(talked).toEqual(expect.arrayContaining([answeredBy, lastWith]));
      else expect(talked).toEqual([]);
      for (const [who, seconds] of Object.entries(holdSeconds)) expect(seconds).toBeLessThanOrEqual(talkSeconds[who] ?? 0);
    }
  });
  test('tries only phones that were plugged in, and they end as they behave', () => {
    for (const { attempts } of expected)
      for (const { who, how } of attempts.filter((attempt) => attempt.who !== 'outside')) {
        const manner = phones[who];
        expect(manner).toBeDefined();
        if (how === 'busy' || how === 'declined' || how === 'forwarded')
          expect(manner?.refuse?.code).toBe({ busy: 486, declined: 603, forwarded: 302 }[how]);
        if (how === 'no answer') expect(manner).toEqual({});
      }
  });
});
