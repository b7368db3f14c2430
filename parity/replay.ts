import { startOrg } from '../emulators/salesforce/org.ts';
import { readLedger } from '../emulators/salesforce/truth/ledger.ts';
import { openOrg } from './org.ts';
import { questionOf, type Recording } from './recordings.ts';
import { type Outcome, runList } from './run-list.ts';
import { type Verdict, weigh } from './weigh.ts';

const client = { clientId: 'replayed', clientSecret: 'replayed-secret' };

/** Asks a stand-in what was recorded, and gives back what it answers otherwise. What the ledger says differs may. */
export async function replay(recordings: readonly Recording[]): Promise<Verdict[]> {
  const known = readLedger().filter(({ evidence }) => evidence === 'differs' || evidence === 'refused');
  const asked = recordings.filter(({ area, name }) => !known.some(({ source }) => source.includes(`recorded/${area}/${name}.json`)));
  const verdicts: Verdict[] = [];
  for (const persons of [false, true]) {
    // Most orgs have no person accounts; what needs them is told by one that has.
    const some = asked.filter(({ needs }) => needs.includes('Account.IsPersonAccount') === persons);
    if (some.length === 0) continue;
    const standIn = await startOrg({ file: ':memory:', ...client, personAccounts: persons });
    try {
      const org = await openOrg(
        { loginUrl: standIn.apiUrl, ...client },
        { apiVersion: some[0]?.recorded.apiVersion ?? '67.0', maxCalls: Number.POSITIVE_INFINITY },
      );
      const again = some.map(questionOf);
      const scenes = Object.fromEntries(
        again.flatMap(({ question, scene }) => (question.scene === undefined ? [] : [[question.scene, scene]])),
      );
      const told = await runList(
        org,
        again.map(({ question }) => question),
        scenes,
        { flags: new Set(['tooling']) },
      );
      verdicts.push(...weigh(some.map(outcomeOf), told));
    } finally {
      await standIn.stop();
    }
  }
  return verdicts.filter(({ is }) => is !== 'agrees');
}

/** What the real org answered, as if it had just been asked. */
function outcomeOf(recording: Recording): Outcome {
  const { question } = questionOf(recording);
  const nothing = { status: 0, headers: {}, body: undefined };
  return { question, scene: [], asked: question.steps.map((step, place) => ({ step, told: recording.steps[place]?.answer ?? nothing })) };
}
