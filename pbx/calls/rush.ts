import { type Manner } from '../phone.ts';
import { type ExpectedCall, type NamedCall } from './named-call.ts';
import { nobody, tried, unanswered, within } from './script.ts';

/** Many at once. */
export const rush: Readonly<Record<string, NamedCall>> = {
  'twenty-at-once': {
    words:
      'Twenty customers call twenty agents within a second: five each are answered after 2 s, missed after 6 s, given up after 2 s, declined after 1 s.',
    phones: Object.fromEntries(
      Array.from({ length: 20 }, (_, at): [string, Manner] => [
        String(110 + at),
        at % 4 === 0 ? within(2000) : at % 4 === 3 ? { refuse: { code: 603, afterMs: 1000 } } : nobody,
      ]),
    ),
    expected: Array.from({ length: 20 }, (_, at): ExpectedCall => {
      const who = String(110 + at);
      const call = { ...unanswered, customer: String(15551240001 + at), dialled: `55501${10 + at}` };
      const ends = {
        0: {
          outcome: 'answered',
          answeredBy: who,
          lastWith: who,
          attempts: [tried(who, 'answered')],
          waitSeconds: 2,
          talkSeconds: { [who]: 4 },
          recorded: true,
        },
        1: { outcome: 'missed', attempts: [tried(who, 'no answer')], waitSeconds: 6 },
        2: { outcome: 'abandoned', attempts: [tried(who, 'stopped')], waitSeconds: 2 },
        3: { outcome: 'missed', attempts: [tried(who, 'declined')], waitSeconds: 1 },
      } as const satisfies Record<number, Partial<ExpectedCall>>;
      return { ...call, ...ends[(at % 4) as 0 | 1 | 2 | 3] };
    }),
    async place(stage) {
      const outside = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          stage.caller({
            to: `55501${10 + at}`,
            number: String(15551240001 + at),
            ...(at % 4 === 2 ? { givesUp: true, staysMs: 2000 } : { staysMs: 4000 }),
          }),
        ),
      );
      await Promise.all(outside.map(({ done }) => done));
    },
  },
};
