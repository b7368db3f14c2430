import { type Experiment, type Setting, withInstallation } from './experiment.ts';
import { makeCalls } from './generator.ts';
import type { Installation } from './installation.ts';
import { complaints, doubles, sayVerdict, type Verdict } from './judge.ts';
import { linked } from './kill-points.ts';
import { pause, until } from './pause.ts';

/** One way in which the org misbehaves, by the stand-in's own controls. */
type Fault = { readonly name: string; readonly order: { readonly kind: string } & Readonly<Record<string, unknown>> };

/** The server waits this long for an answer. */
const requestLimitMs = 2_000;
const faults: readonly Fault[] = [
  { name: 'the answer comes late', order: { kind: 'late-answer', everyNth: 3, delayMs: 2_500 } },
  { name: 'the answer never comes, the work was done', order: { kind: 'lost-answer', everyNth: 3 } },
  { name: 'every third request is done twice', order: { kind: 'twice', everyNth: 3 } },
  // Applied after what was sent next: the connection breaks at once, and the server looks and sends again before this one lands.
  { name: 'request 1 is applied after request 2', order: { kind: 'late-apply', everyNth: 3, delayMs: 1_000 } },
  { name: 'request 1 hangs and is applied at last', order: { kind: 'late-apply', everyNth: 5, delayMs: 1_500, hang: true } },
  { name: 'connections are refused', order: { kind: 'refused', everyNth: 3 } },
  { name: 'busy (503)', order: { kind: 'status-503', everyNth: 3, times: 1 } },
  { name: 'an edge server answers (502)', order: { kind: 'html-502', everyNth: 3 } },
  { name: 'the session ends', order: { kind: 'session-401', everyNth: 3 } },
  { name: 'records are locked', order: { kind: 'lock-row', everyNth: 4 } },
  { name: 'a request is refused as a whole', order: { kind: 'whole-400', times: 6 } },
];

/** Calls under one fault: told, then linked, noted and recorded, so that first writes and changes are met. */
async function meet(
  installation: Installation,
  { order }: Fault,
  { seed }: Setting,
  place: number,
  count: number,
): Promise<{ verdict: Verdict; duplicates: number; hit: number }> {
  const before = await installation.duplicates();
  const contacts = await installation.contacts();
  const atMs = Date.now() + installation.shiftMs - 900_000;
  await installation.control('/faults', order);
  const stories = makeCalls({
    seed: seed + place,
    prefix: `fault${place}`,
    first: place * 10_000,
    count,
    atMs,
    contacts,
    deliveries: 'batch',
    spreadMs: 1_500,
  });
  await installation.send(stories, count / 2);
  await installation.advance(31_000); // late changes meet it too
  await pause(1_500);
  const [{ hit } = { hit: 0 }] = await installation.control<{ hit: number }[]>('/faults');
  await installation.control('/faults', undefined, 'DELETE');
  await pause(requestLimitMs); // what was sent under the fault can land no more
  await installation.drain();
  return { verdict: await installation.judged(stories), duplicates: (await installation.duplicates()) - before, hit };
}

/**
 * The hardest order: people link written calls with one contact, the request breaks and is applied a second later; meanwhile they
 * choose another. The first choice lands last, and must not stay (W4).
 */
async function overtake(installation: Installation, setting: Setting): Promise<Verdict> {
  const [first, second] = await installation.contacts();
  const atMs = Date.now() + installation.shiftMs - 900_000;
  let stories = makeCalls({
    seed: setting.seed,
    prefix: 'overtaken',
    first: faults.length * 10_000,
    count: 20,
    atMs,
    contacts: [],
    deliveries: 'batch',
    plain: 'answered',
  });
  await installation.send(stories, 200);
  await installation.drain();
  const choose = async (contact: string) => {
    stories = stories.map((story) => linked(installation, story, contact));
    await installation.send(stories, 200);
  };
  await installation.control('/faults', { kind: 'late-apply', delayMs: 1_200, match: { method: 'PATCH' } });
  await choose(first!);
  await until(
    'every first choice is on its way',
    10_000,
    async () => (await installation.query("select 1 from writes where ghosts <> '[]'")).length >= stories.length,
  );
  await installation.control('/faults', undefined, 'DELETE');
  await choose(second!);
  await pause(requestLimitMs);
  await installation.drain();
  return installation.judged(stories);
}

export const misbehavingOrg: Experiment = {
  name: 'org',
  shows: 'the org answers late, twice, not at all after having written, and applies request 1 after request 2',
  run: (setting) =>
    withInstallation({ requestLimitMs }, async (installation) => {
      await installation.control('/latency', { baseMs: 30, perRecordMs: 2 });
      const wrong: string[] = [];
      const seen = { due: 0, hit: 0, duplicates: 0 };
      for (const [place, fault] of faults.entries()) {
        setting.say(fault.name);
        const { verdict, duplicates, hit } = await meet(installation, fault, setting, place, setting.long ? 600 : 60);
        seen.due += verdict.due;
        seen.hit += hit;
        seen.duplicates += duplicates;
        wrong.push(...complaints(verdict).map((words) => `${fault.name}: ${words}`));
        if (hit === 0) wrong.push(`${fault.name}: it never happened, so nothing was shown`);
      }
      setting.say('request 1 is overtaken by another choice');
      wrong.push(...complaints(await overtake(installation, setting)).map((words) => `overtaken: ${words}`));
      const unexplained = await installation.unexplained();
      if (unexplained > 0) wrong.push(`${unexplained} calls without an explanation (D5)`);
      wrong.push(...installation.tap.disorder().slice(0, 5));
      const whole = await installation.judged();
      return {
        figures: `${faults.length} faults, met ${seen.hit} times: ${sayVerdict(whole)}, ${seen.duplicates} × DUPLICATE_VALUE`,
        complaints: wrong,
      };
    }),
};

/** "At most rarely twice" (W8): of the calls told while the org misbehaves in the worst ways, at most so many may have a second Task. */
const doublesAllowed = 0.02;

export const reducedForm: Experiment = {
  name: 'reduced',
  shows: 'the same in an org without our fields: 0 lost, and rarely twice',
  run: (setting) =>
    withInstallation({ requestLimitMs, withoutCustomFields: true }, async (installation) => {
      await installation.control('/latency', { baseMs: 30, perRecordMs: 2 });
      const counted: string[] = [];
      const wrong: string[] = [];
      let lost = 0;
      const add = (name: string, verdict: Verdict) => {
        lost += verdict.lost.length;
        counted.push(`${name} ${doubles(verdict)}/${verdict.due}`);
        wrong.push(...complaints(verdict, Math.ceil(verdict.due * doublesAllowed)).map((words) => `${name}: ${words}`));
      };
      for (const [place, fault] of faults.entries()) {
        if (!/late-answer|lost-answer|twice|late-apply/.test(fault.order.kind)) continue;
        setting.say(fault.name);
        const { verdict } = await meet(installation, fault, setting, place, setting.long ? 600 : 60);
        // A request the org itself carries out twice makes two records where no field is unique: nobody but a sweep can mend that.
        if (fault.order.kind !== 'twice') add(fault.order.kind, verdict);
        else {
          lost += verdict.lost.length;
          counted.push(`twice ${doubles(verdict)}/${verdict.due} (not ours to prevent)`);
          wrong.push(...complaints(verdict, Infinity).map((words) => `twice: ${words}`));
        }
      }
      const first = faults.length * 10_000;
      const kills = setting.long ? 40 : 8;
      const stories = makeCalls({
        seed: setting.seed,
        prefix: 'killed',
        first,
        count: kills * 12,
        atMs: Date.now() + installation.shiftMs - 900_000,
        contacts: await installation.contacts(),
        deliveries: 'batch',
        spreadMs: 1_500,
      });
      // What a killed server had sent is still under way when the next one looks for it.
      await installation.control('/faults', { kind: 'late-apply', hang: true, delayMs: 1_700, match: { method: 'POST' } });
      const sending = installation.send(stories, 6);
      sending.catch(() => undefined); // awaited below
      for (let kill = 0; kill < kills; kill++) {
        setting.say(`${kill} of ${kills} kills`);
        await pause(300 + ((kill * 37) % 10) * 50);
        await installation.killServer();
        await installation.startServer();
      }
      await sending;
      await installation.control('/faults', undefined, 'DELETE');
      await pause(requestLimitMs);
      await installation.drain();
      add('killed', await installation.judged(stories));
      return { figures: `${lost} lost; doubled of due: ${counted.join(', ')}`, complaints: wrong };
    }),
};
