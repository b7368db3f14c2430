/** One agent of the lab. The second phone, if there is one, is the endpoint `<number>w`. */
export type LabAgent = { readonly number: string; readonly name: string; readonly mailbox: boolean; readonly second: boolean };
/** What the second phones are. */
export type SecondPhone = 'desk' | 'browser';

/** Ann, Bob and Cid, and twenty more for the rush. */
export const agents: readonly LabAgent[] = [
  { number: '101', name: 'Ann Agent', mailbox: true, second: true },
  { number: '102', name: 'Bob Agent', mailbox: true, second: true },
  { number: '103', name: 'Cid Agent', mailbox: true, second: true },
  ...Array.from({ length: 20 }, (_, at) => ({ number: String(110 + at), name: `Agent ${110 + at}`, mailbox: false, second: false })),
];

/** What a phone registers with. */
export const passwordOf = (endpoint: string): string => `pw-${endpoint}`;

/** The agents' phones in the words of pjsip.conf, built on the templates there. */
export function agentsConf(all: readonly LabAgent[], secondPhone: SecondPhone): string {
  return all
    .flatMap(({ number, name, mailbox, second }) => [
      endpointConf(number, 'phone', `"${name}" <${number}>`, mailbox),
      ...(second ? [endpointConf(`${number}w`, secondPhone === 'browser' ? 'web' : 'phone', `"${name}" <${number}>`, false)] : []),
    ])
    .join('\n');
}
const endpointConf = (endpoint: string, template: string, callerId: string, mailbox: boolean) =>
  [
    `[${endpoint}](${template})`,
    `auth = ${endpoint}`,
    `aors = ${endpoint}`,
    `callerid = ${callerId}`,
    ...(mailbox ? [`mailboxes = ${endpoint}@default`] : []),
    `[${endpoint}](auth)`,
    `username = ${endpoint}`,
    `password = ${passwordOf(endpoint)}`,
    `[${endpoint}](aor-one)`,
    '',
  ].join('\n');
