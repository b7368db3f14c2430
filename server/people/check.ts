import type { PeopleCheck } from '../../wire/people.ts';
import type { CrmQueue, CrmUser } from '../crm.ts';
import { missingBeforeLive } from '../decide/people.ts';
import type { Policy } from '../decide/policy.ts';
import { takenSeats } from './clashes.ts';
import { type AgentEntry, crmUserOf, indexUsers, isActive, type LineEntry, shortId } from './directory.ts';

export type Checked = {
  readonly agents: readonly AgentEntry[];
  readonly lines: readonly LineEntry[];
  /** As last read, those who are no longer active too. */
  readonly users: readonly CrmUser[];
  readonly queues: ReadonlyMap<string, CrmQueue> | undefined;
  readonly policy: Policy;
  /** Who Cordboard is connected as: no agent. */
  readonly selfUser: string | undefined;
};
type Problem = PeopleCheck['org'][number];

/** Why an agent may not call out, in words; none: they may (FC-09). */
export function whyNoDialling({ telephony, dialsOut, did, presentation }: AgentEntry): readonly Problem[] {
  if (!dialsOut || !telephony) return [];
  return [
    ...(did === undefined
      ? [{ problem: 'no-did', words: 'Calling out is off: they have no number of their own (DID). Give one, or take calling out away.' }]
      : []),
    ...(presentation === undefined
      ? [
          {
            problem: 'no-presentation',
            words: 'Calling out is off: no number is shown to whom they call. Give the caller ID, or take calling out away.',
          },
        ]
      : []),
  ];
}

/** Each agent green or red with the reasons (FC-55), both sides that have no other (FC-42), and what is to be mended for all. */
export function checkPeople({ agents, lines, users, queues, policy, selfUser }: Checked): PeopleCheck {
  const active = users.filter(({ active: is }) => is);
  const index = indexUsers(active);
  const gone = indexUsers(users.filter(({ active: is }) => !is));
  const mapped = new Map(agents.map((agent) => [agent.code, crmUserOf(agent, index, policy.people.mapping)] as const));
  const sharers = Map.groupBy(
    agents.filter((agent) => isActive(agent) && mapped.get(agent.code)),
    ({ code }) => mapped.get(code)!.user.id,
  );
  const areRead = users.length > 0;
  const userProblems = (agent: AgentEntry): Problem[] => {
    const found = mapped.get(agent.code);
    if (!found) {
      const left = crmUserOf(agent, gone, policy.people.mapping)?.user;
      if (left)
        return [
          { problem: 'inactive-user', words: `Their user in the CRM, ${left.name}, is not active. Activate it there, or choose another.` },
        ];
      return [
        {
          problem: 'no-user',
          words: `No user of the CRM is theirs: none found by ${soughtBy(agent, policy)}. Correct it on either side, or choose the user by hand.`,
        },
      ];
    }
    const others = (sharers.get(found.user.id) ?? []).filter(({ code }) => code !== agent.code);
    return [
      ...(others.length > 0
        ? [
            {
              problem: 'shared-user',
              words: `${found.user.name} is the user of ${others.map(({ name, code }) => `${name} (${code})`).join(', ')} as well: one user is one agent's.`,
            },
          ]
        : []),
      ...(found.user.permitted === false
        ? [{ problem: 'no-permission-set', words: `${found.user.name} does not have the permission set Cordboard. Assign it in the CRM.` }]
        : []),
      ...(found.user.id === selfUser
        ? [{ problem: 'own-user', words: 'That is the user Cordboard itself is connected as. Choose their own.' }]
        : []),
    ];
  };
  const problemsOf = (agent: AgentEntry): Problem[] => [
    ...(agent.telephony
      ? []
      : [{ problem: 'no-telephony', words: 'They have no telephony, and can take no part. Give it, or leave them out.' }]),
    ...(areRead ? userProblems(agent) : []),
    ...(agent.telephony && agent.extension === undefined && agent.sipAccounts.length === 0
      ? [
          {
            problem: 'no-phone',
            words: 'They have neither an extension nor a SIP account: nobody can tell that it is they who answer. Give one.',
          },
        ]
      : []),
    ...whyNoDialling(agent),
  ];
  const matched = new Set([...mapped.values()].map((found) => found?.user.id));
  return {
    agents: agents.map((agent) => {
      const problems = agent.included ? problemsOf(agent) : [];
      const found = mapped.get(agent.code);
      return {
        code: agent.code,
        name: agent.name,
        state: agent.included ? (problems.length > 0 ? 'red' : 'green') : 'off',
        problems,
        ...(found && { user: said(found.user), by: found.by }),
        mayDialOut: isActive(agent) && agent.dialsOut && whyNoDialling(agent).length === 0,
      };
    }),
    lines: lines.map((line) => {
      const problems = lineProblems(line, lines, policy);
      return { line: line.line, state: problems.length > 0 ? ('red' as const) : ('green' as const), problems };
    }),
    org: orgProblems({ agents, lines, users: active, queues, policy, selfUser }, areRead),
    unmatched: {
      agents: areRead ? agents.filter((agent) => isActive(agent) && !mapped.get(agent.code)).map(({ code }) => code) : [],
      users: active.filter(({ id }) => !matched.has(id) && id !== selfUser).map(said),
    },
    seats: { taken: takenSeats(agents), ...(policy.people.seats !== undefined && { of: policy.people.seats }) },
  };
}

const said = ({ id, name, email }: CrmUser) => ({ id, name, email });

function soughtBy({ email, code, extension, user }: AgentEntry, { people }: Policy): string {
  const values = {
    'by hand': user,
    email,
    'federation id': email ?? code,
    'employee number': code,
    extension,
  };
  const ways = people.mapping.flatMap((way) =>
    values[way] === undefined ? [] : [way === 'by hand' ? `the id ${user}` : `${way} (${values[way]})`],
  );
  return ways.length === 0 ? 'anything, since nothing is given to find them by' : ways.join(', ');
}

function lineProblems(line: LineEntry, lines: readonly LineEntry[], policy: Policy): Problem[] {
  const overrides = [line.line, line.number].flatMap((key) => (key !== undefined && Object.hasOwn(policy.lines, key) ? [key] : []));
  const other = line.kind === 'main' ? lines.find((one) => one !== line && one.kind === 'main') : undefined;
  return [
    ...(other
      ? [
          {
            problem: 'two-mains',
            words: `${other.name ?? other.line} is the main number, too: the settings of the company are for one of them. Make the other a group.`,
          },
        ]
      : []),
    ...(line.kind === 'main'
      ? overrides.map((key) => ({
          problem: 'main-overridden',
          words: `The policy has settings of its own for the main number (lines.${key}). Its settings are those of the company: move them there (R7).`,
        }))
      : []),
  ];
}

function orgProblems({ agents, users, queues, policy }: Checked, areRead: boolean): Problem[] {
  const isOwner = (id: string) =>
    users.some((user) => shortId(user.id) === shortId(id)) || queues === undefined || queues.get(id)?.takes.includes('activity') === true;
  const named = [
    ['', policy] as const,
    ...(['lines', 'queues', 'teams', 'agents'] as const).flatMap((level) =>
      Object.entries(policy[level]).map(([name, rules]) => [`${level}.${name}.`, rules] as const),
    ),
  ].flatMap(([at, { followUp, defaultOwnerId }]) => [
    [`${at}followUp.missedOwnerId`, followUp?.missedOwnerId] as const,
    [`${at}followUp.seniorManagerId`, followUp?.seniorManagerId] as const,
    [`${at}defaultOwnerId`, defaultOwnerId] as const,
  ]);
  const taken = takenSeats(agents);
  const { seats, strictSeats } = policy.people;
  return [
    ...missingBeforeLive(policy).map((words) => ({ problem: 'before-live', words })),
    ...(areRead
      ? named.flatMap(([setting, id]) =>
          id === undefined || isOwner(id)
            ? []
            : [
                {
                  problem: 'no-owner',
                  words: `${setting}: ${id} is no active user, and no queue that takes tasks. The next in the chain owns what it should. Choose another.`,
                },
              ],
        )
      : []),
    ...(queues && ![...queues.values()].some(({ takes }) => takes.includes('activity'))
      ? [
          {
            problem: 'no-task-queue',
            words: 'No queue of the CRM takes tasks: missed calls can only be given to users. Add the object Task to a queue there.',
          },
        ]
      : []),
    ...(seats !== undefined && taken > seats
      ? [
          {
            problem: 'over-seats',
            words: `${taken} agents take part, and there ${seats === 1 ? 'is 1 seat' : `are ${seats} seats`}. ${strictSeats ? 'Nobody may work until it is right; calls are logged all the same.' : 'No other can be added.'} Leave some out (included: no), or raise people.seats.`,
          },
        ]
      : []),
  ];
}
