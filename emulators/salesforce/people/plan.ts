import { dice } from '../clock.ts';
import { countries, type Country, type Name } from './countries.ts';
import { never, numberAt, numberOf, ownNumbers, pick, spellings, weighted, type Kind, type PhoneNumber } from './numbers.ts';

// Who is in the book, and how their numbers are written. A thousand people are a block, and a block is a function of the seed and its place:
// the same block is the same people however many come after it.

export const blockSize = 1_000;

/** Of a hundred people, of a hundred contacts, of a hundred fields. The command's help prints them. */
export const shares = {
  lead: 25,
  personAccount: 5,
  convertedLead: 15,
  sameHumanAgain: 4,
  household: 2,
  withoutCompany: 7,
  deleted: 0.5,
  merged: 0.5,
  neverANumber: 1,
  ownNumber: 0.3,
  leadOfAQueue: 10,
} as const;

/** One phone field: what stands there, and the numbers a reader would take from it. */
export type WrittenPhone = { readonly field: string; readonly text: string; readonly numbers: readonly string[] };
export type PlannedAccount = {
  readonly name: Name;
  readonly country: Country;
  readonly city: string;
  readonly owner: number;
  readonly phones: readonly WrittenPhone[];
  readonly switchboard: boolean;
};
export type PlannedPerson = {
  readonly kind: 'contact' | 'lead' | 'person-account';
  readonly country: Country;
  readonly first: Name;
  readonly last: Name;
  readonly city: string;
  /** A place among the block's accounts. */
  readonly account: number | undefined;
  readonly company: Name;
  readonly email: string | null;
  readonly phones: readonly WrittenPhone[];
  /** Chance of this person, for whose it is and when it was changed. */
  readonly owner: number;
  readonly changed: number;
  readonly fate: 'there' | 'deleted' | 'merged' | 'converted';
  /** A person earlier in the block this one was merged or converted into. */
  readonly into: number | undefined;
  readonly status: string;
};
export type Block = { readonly accounts: readonly PlannedAccount[]; readonly people: readonly PlannedPerson[] };

/** Somebody, and the numbers that are his: places in the ranges of his country. */
type Human = { readonly country: Country; readonly first: Name; readonly last: Name; readonly city: string; readonly numbers: Numbers };
type Numbers = { readonly mobile: number; readonly second: number; readonly direct: number; readonly home: number };

export function planBlock(seed: number, block: number, personAccounts: boolean): Block {
  const roll = dice(Math.imul(seed, 1_000_003) ^ Math.imul(block + 1, 2_654_435_761));
  const percent = (share: number) => roll() * 100 < share;
  const accounts: PlannedAccount[] = [];
  const people: PlannedPerson[] = [];
  const humans: Human[] = [];

  /** How this field has this number, or what it has instead. */
  const written = (field: string, number: PhoneNumber, other: PhoneNumber): WrittenPhone => {
    if (percent(shares.neverANumber)) return { field, text: pick(never, roll()), numbers: [] };
    const own = percent(shares.ownNumber) ? pick(ownNumbers, roll()) : undefined;
    const country = countries.find(([{ code }]) => code === own?.country)?.[0];
    const told = own && country ? numberOf(country, own.national, country.landline.groups) : number;
    const spelling = weighted(spellings, ({ weight }) => weight, roll());
    const numbers = spelling.name === 'two numbers in one field' ? [told.e164, other.e164] : [told.e164];
    return { field, text: spelling.write(told, other, roll()), numbers };
  };
  const found = (country: Country, switchboard: boolean): number => {
    const [lastName, trade, city] = [pick(country.lastNames, roll()), pick(country.trades, roll()), pick(country.cities, roll())];
    const number = numberAt(country, 'landline', (block * blockSize + accounts.length) * 4 + 3);
    const phones = switchboard || percent(80) ? [written('Phone', number, number)] : [];
    accounts.push({ name: country.company(lastName, trade, city), country, city, owner: roll(), phones, switchboard });
    return accounts.length - 1;
  };

  // Every fifth block has a big house: 50 to 500 of its people give the switchboard's number as their own.
  const bigHouse = block % 5 === 0 ? found(weighted(countries, ([, weight]) => weight, roll())[0], true) : undefined;
  const bigStaff = 50 + roll() * 450;
  const hiring = new Map<Country, { account: number; seats: number }>();
  const hired = (country: Country): number => {
    let place = hiring.get(country);
    if (!place || place.seats === 0) place = { account: found(country, false), seats: 1 + Math.floor(12 * roll() ** 3) };
    hiring.set(country, { ...place, seats: place.seats - 1 });
    return place.account;
  };
  const born = (n: number): Human => {
    const country = weighted(countries, ([, weight]) => weight, roll())[0];
    const numbers = { mobile: n * 4, second: n * 4 + 1, direct: n * 4 + 1, home: n * 4 + 2 };
    return {
      country,
      first: pick(country.firstNames, roll()),
      last: pick(country.lastNames, roll()),
      city: pick(country.cities, roll()),
      numbers,
    };
  };
  const phonesOf = (human: Human, wanted: readonly (readonly [field: string, kind: Kind, which: keyof Numbers, share: number])[]) =>
    wanted.flatMap(([field, kind, which, share]) =>
      percent(share)
        ? [written(field, numberAt(human.country, kind, human.numbers[which]), numberAt(human.country, 'mobile', human.numbers.second))]
        : [],
    );

  for (let place = 0; place < blockSize; place += 1) {
    const kindRoll = roll() * 100;
    const kind =
      kindRoll < shares.lead ? 'lead' : kindRoll < shares.lead + shares.personAccount && personAccounts ? 'person-account' : 'contact';
    const earlier = place === 0 ? undefined : Math.floor(roll() * place);
    const known = earlier === undefined ? undefined : humans[earlier];
    // Into a contact that is still there, or it is not converted after all.
    const goal = earlier !== undefined && people[earlier]?.kind === 'contact' && people[earlier]?.fate === 'there' ? earlier : undefined;
    const fateRoll = roll() * 100;
    const converted = kind === 'lead' && goal !== undefined && fateRoll < shares.convertedLead * 1.45; // of the leads whose lot fell on a contact
    const merged = kind === 'contact' && goal !== undefined && fateRoll < shares.merged * 1.45;
    const fate = converted ? 'converted' : merged ? 'merged' : fateRoll > 100 - shares.deleted ? 'deleted' : 'there';
    const relation = roll() * 100;
    let human = born(block * blockSize + place);
    if (known && (converted || merged || relation < shares.sameHumanAgain)) human = known;
    else if (known && relation < shares.sameHumanAgain + shares.household)
      human = {
        ...human,
        country: known.country,
        last: known.last,
        city: known.city,
        numbers: { ...human.numbers, home: known.numbers.home },
        first: pick(known.country.firstNames, roll()),
      };
    humans.push(human);

    const { country } = human;
    const atBigHouse = kind === 'contact' && bigHouse !== undefined && roll() * blockSize * 0.7 < bigStaff;
    const account =
      kind !== 'contact' || (!atBigHouse && percent(shares.withoutCompany)) ? undefined : atBigHouse ? bigHouse : hired(country);
    const employer = account === undefined ? undefined : accounts[account];
    const company = employer?.name ?? country.company(pick(country.lastNames, roll()), pick(country.trades, roll()), human.city);
    const [first, second] = kind === 'lead' || kind === 'contact' ? ['Phone', 'MobilePhone'] : ['Phone', 'PersonMobilePhone'];
    let phones = phonesOf(human, [
      [first, 'landline', 'direct', kind === 'lead' ? 65 : kind === 'contact' ? 50 : 30],
      [second, 'mobile', 'mobile', kind === 'lead' ? 45 : 65],
      ...(kind === 'lead'
        ? []
        : ([
            [
              kind === 'contact' ? 'HomePhone' : 'PersonHomePhone',
              'landline',
              'home',
              relation < shares.sameHumanAgain + shares.household ? 100 : 9,
            ],
            [kind === 'contact' ? 'OtherPhone' : 'PersonOtherPhone', 'mobile', 'second', 5],
          ] as const)),
    ]);
    if (employer?.switchboard && percent(85)) {
      const number = numberAt(employer.country, 'landline', (block * blockSize + (account ?? 0)) * 4 + 3);
      phones = [written('Phone', number, number), ...phones.filter(({ field }) => field !== 'Phone')];
    }
    people.push({
      kind,
      country,
      first: human.first,
      last: human.last,
      city: human.city,
      account,
      company,
      email: percent(70)
        ? `${human.first.plain}.${human.last.plain}${place}@${employer ? company.plain : 'mail'}.example`.slice(-80)
        : null,
      phones,
      owner: roll(),
      changed: roll(),
      fate,
      into: converted || merged ? goal : undefined,
      status: weighted(
        [
          { status: 'Open - Not Contacted', weight: 60 },
          { status: 'Working - Contacted', weight: 25 },
          { status: 'Closed - Not Converted', weight: 15 },
        ],
        ({ weight }) => weight,
        roll(),
      ).status,
    });
  }
  return { accounts, people };
}
