import type { Policy } from './policy.ts';
import { described, type ReadValue, say, type SettingsReader } from './settings.ts';

/** By what an agent of the directory is found among the users of the CRM. */
export const mappingWays = ['by hand', 'email', 'federation id', 'employee number', 'extension'] as const;
export type MappingWay = (typeof mappingWays)[number];
/** What has to be settled before anything is written. */
export const neededBeforeLive = ['senior manager', 'default owner', 'campaign'] as const;
export type NeededBeforeLive = (typeof neededBeforeLive)[number];

/** What holds for everybody who works here; who they are is the directory's (server/people). */
export type PeopleRules = {
  /** The first way that finds a user counts. */
  readonly mapping: readonly MappingWay[];
  readonly beforeLive: readonly NeededBeforeLive[];
  /** So many agents may take part; left out: any number (FC-56). */
  readonly seats?: number;
  /** More agents than seats: nobody may work until it is right (FC-57), or whoever was there goes on. */
  readonly strictSeats: boolean;
};
export const defaultPeople: PeopleRules = { mapping: ['by hand', 'email', 'extension'], beforeLive: [], strictSeats: false };

export const peopleIn = (reader: SettingsReader): ReadValue<Partial<PeopleRules>> =>
  reader.object<PeopleRules>({
    mapping: choices(reader, mappingWays, 'at least one'),
    beforeLive: choices(reader, neededBeforeLive, 'any'),
    seats: reader.number('a whole number', 1, 100_000, true),
    strictSeats: reader.truth,
  });

/** Some of these, each once, in the order they are to be tried. */
function choices<const T extends string>(
  reader: SettingsReader,
  all: readonly T[],
  least: 'any' | 'at least one',
): ReadValue<readonly T[]> {
  const one = reader.oneOf(all);
  return described(
    { type: 'array', items: one.schema ?? {}, uniqueItems: true, ...(least === 'any' ? {} : { minItems: 1 }) },
    (path, value) => {
      if (!Array.isArray(value))
        return reader.wrong(path, `Give a list of ${all.map((choice) => `"${choice}"`).join(', ')}, not ${say(value)}.`);
      const given = value.map((choice) => one(path, choice)).filter((choice) => choice !== undefined);
      if (given.length < value.length) return undefined;
      if (new Set(given).size < given.length) return reader.wrong(path, 'Something stands there twice.');
      return given.length === 0 && least !== 'any' ? reader.wrong(path, 'Give at least one of them.') : given;
    },
  );
}

/** What only the whole document shows: strict about a number of seats that isn't given. */
export function checkPeople(reader: SettingsReader, { people }: Partial<Policy>): void {
  if (people?.strictSeats && people.seats === undefined)
    reader.clash('people.strictSeats', 'Say how many seats there are, in people.seats, or leave strictSeats out.');
}

/** What of what is needed isn't there yet, in words that say what to do (RS-28, R6). */
export function missingBeforeLive(policy: Policy): readonly string[] {
  const { people, followUp, defaultOwnerId, campaigns } = policy;
  const lacks: Readonly<Record<NeededBeforeLive, string | undefined>> = {
    'senior manager': followUp.seniorManagerId === undefined ? 'Appoint a senior manager: followUp.seniorManagerId.' : undefined,
    'default owner': defaultOwnerId === undefined ? 'Name a default owner: defaultOwnerId.' : undefined,
    campaign: campaigns.outside === undefined ? 'Name the campaign of calls outside campaigns: campaigns.outside.' : undefined,
  };
  return people.beforeLive.flatMap((what) => lacks[what] ?? []);
}
