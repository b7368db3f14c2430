import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { elapsedMs, wallClock } from './clock.ts';
import { fillPeople, mostPeople, told, type Filled } from './people/fill.ts';
import { ownNumbers, spellings } from './people/numbers.ts';
import { shares } from './people/plan.ts';
import { cordboardFields } from './schema.ts';
import { seedOrg } from './seed.ts';
import { Store } from './store.ts';

const help = `npm run org:seed — people with phone numbers for the stand-in org's file. The org must not be running; a running one is filled
by POST /__org/seed {"people": 1000} on its control port.

  --people <n>       how many (1000; at most ${mostPeople.toLocaleString('en')})
  --file <path>      the org's SQLite file (.stand-in-org.sqlite); made with its company if it is not there
  --seed <n>         other people (1)
  --fresh            they came in just now, as by an import; otherwise over the last five years
  --person-accounts  the org has person accounts from now on
  --without-custom-fields   a new file without Cordboard's fields

The same seed gives the same people. From five countries: Poland 30 %, Ukraine 20 %, Japan 20 %, USA 18 %, France 12 %.
Of 100 people ${shares.lead} are leads and the others contacts; where person accounts are on, ${shares.personAccount} are those.
${shares.convertedLead} % of the leads are converted, into a contact that is there; ${shares.leadOfAQueue} % of the leads belong to a queue. ${shares.sameHumanAgain} % are somebody who is
there already, written another way; ${shares.household} % share a home number; ${shares.withoutCompany} % of the contacts have no company. ${shares.deleted} % are deleted, and
${shares.merged} % of the contacts merged into another. Every five thousand people there is a house whose switchboard 50 to 500 of them give as their number.
Of 100 phone fields ${shares.neverANumber} holds no number, ${shares.ownNumber} one of Acme's own (${ownNumbers.map(({ country, national }) => `${country} ${national}`).join(', ')}).
The others are written like this:
${spellings.map(({ name, weight }) => `  ${String(weight).padStart(3)} %  ${name}`).join('\n')}
What each field means stands in the record's Description, as JSON: {"Phone":["+48223071234"]}.
`;

function wholeNumber(text: string, flag: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most)
    throw new Error(`${flag} must be a whole number from 1 to ${most}, not "${text}".`);
  return number;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      people: { type: 'string', default: '1000' },
      file: { type: 'string', default: '.stand-in-org.sqlite' },
      seed: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
      'person-accounts': { type: 'boolean', default: false },
      'without-custom-fields': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const people = wholeNumber(values.people, '--people', mostPeople);
  const order = { people, seed: wholeNumber(values.seed, '--seed', 2 ** 31), fresh: values.fresh };
  const started = elapsedMs();
  const store = new Store(values.file, values['without-custom-fields'] ? [] : cordboardFields, {
    personAccounts: values['person-accounts'],
  });
  try {
    const now = () => wallClock() + Number(store.meta('shiftMs') ?? 0);
    seedOrg(store, now());
    store.hurry(true);
    const filled = run(store, order, now);
    store.hurry(false);
    const seconds = (elapsedMs() - started) / 1000;
    process.stdout.write(`${told(filled, seconds)} ${values.file} has ${(statSync(values.file).size / 1e6).toFixed(0)} MB.\n`);
  } finally {
    store.close();
  }
}

/** Says every two seconds how far it is. */
function run(store: Store, order: Parameters<typeof fillPeople>[1], now: () => number): Filled {
  const started = elapsedMs();
  let said = started;
  const filling = fillPeople(store, order, now);
  for (;;) {
    const step = filling.next();
    if (step.done) return step.value;
    store.commit();
    if (elapsedMs() - said < 2_000 && step.value < order.people) continue;
    said = elapsedMs();
    const after = `after ${((said - started) / 1000).toFixed(0)} s${step.value < order.people ? '' : '; building indexes'}`;
    process.stderr.write(`${step.value.toLocaleString('en')} of ${order.people.toLocaleString('en')} people ${after}\n`);
  }
}

try {
  main();
} catch (cause) {
  const { code, message } = cause as { code?: string; message?: string };
  process.stderr.write(
    code === 'ERR_SQLITE_ERROR'
      ? `The org's file cannot be used (${message ?? ''}). Is the folder there and writable, and is no stand-in using it?\n`
      : `${message ?? String(cause)}\n`,
  );
  process.exitCode = 1;
}
