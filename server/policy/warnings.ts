import type { Mistake } from '../decide/settings.ts';
import { layersGiven } from '../decide/read-layers.ts';
import { kindsOf, type Policy } from '../decide/policy.ts';

/** Something that can be meant, and probably isn't; a document that has some is saved all the same. */
export type Warning = Pick<Mistake, 'path' | 'message'>;

/** What of a policy leads nowhere today: names that nothing has, and whoever is asked for and isn't named. */
export function warningsIn(policy: Policy): Warning[] {
  const layers = layersGiven(policy);
  const given = [policy, ...layers.map(({ rules }) => rules)];
  const hasCalendar = given.some(({ hours }) => hours?.calendar !== undefined);
  const hasSenior = given.some(({ followUp }) => followUp?.seniorManagerId !== undefined);
  const hasDefault = given.some(({ defaultOwnerId }) => defaultOwnerId !== undefined);
  const teams = Object.keys(policy.teams);

  const ofChain = (path: string, chain: readonly string[] | undefined): Warning[] => [
    ...(chain?.includes('senior manager') && !hasSenior
      ? [{ path, message: 'No senior manager is named: give followUp.seniorManagerId, or they are passed over.' }]
      : []),
    ...(chain?.includes('default owner') && !hasDefault
      ? [{ path, message: 'No default owner is named: give defaultOwnerId, or they are passed over.' }]
      : []),
  ];
  const ofRows = policy.rows.flatMap(({ when, then }, place): Warning[] => {
    const at = `rows[${place}]`;
    const unknown = (when.team ?? []).filter((team) => !teams.includes(team));
    return [
      ...(when.hours && !hasCalendar
        ? [{ path: `${at}.when.hours`, message: 'There is no calendar, so no call is in or out of hours: name one in hours.calendar.' }]
        : []),
      ...unknown.map((team) => ({
        path: `${at}.when.team`,
        message: `teams has no ${JSON.stringify(team)}${teams.length > 0 ? `; there is ${teams.join(', ')}` : ''}. If the directory has it, all is well.`,
      })),
      ...ofChain(`${at}.then.owner`, then.owner),
      ...ofChain(`${at}.then.person.owner`, then.person?.owner),
      ...(then.tasks ?? []).flatMap((task, index) => ofChain(`${at}.then.tasks[${index}].owner`, task.owner)),
    ];
  });
  const ofLevels = layers
    .filter(({ level, rules }) => level !== 'company' && Object.keys(rules).length === 0)
    .map(({ at, level }) => ({ path: at, message: `It says nothing: the ${level} is as all others.` }));
  return [...ofChain('owner', policy.owner), ...ofChain('stranger.owner', policy.stranger.owner), ...ofRows, ...ofLevels];
}

/** A kind that can't be read; `absent`: the org has none of it. */
export type LeftOut = { readonly kind: string; readonly because: string; readonly absent?: true };

/** Kinds the policy asks for and the org has none of, as the book found (FC-35). `auto` asks for nothing. */
export function warningsOf({ match }: Pick<Policy, 'match'>, leftOut: readonly LeftOut[]): Warning[] {
  const out = leftOut.find(({ kind, absent }) => kind === 'person-account' && absent);
  if (match.personAccounts !== 'on' || !out || !kindsOf(match).includes('person-account')) return [];
  return [
    { path: 'match.personAccounts', message: `${out.because} They aren't looked for until it has; "auto" says the same without asking.` },
  ];
}
