import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withInstallation } from '../chaos/experiment.ts';
import type { Installation, Kind } from '../chaos/installation.ts';
import { startEmbedded } from '../server/store/embedded.ts';
import { realWorld } from '../server/world.ts';
import { type Stage } from './calls/named-call.ts';
import { connectLab, hooksOf, isHeard, logLengths, ownersOf } from './connected.ts';
import { complaintsOf, customerOf, digitsIn, type ExpectedTask, judge, sayVerdict, together, type Verdict } from './judge.ts';
import { type Lab } from './lab.ts';
import { openLabs } from './labs.ts';
import { callsAround, type OutageCall, outagePhones } from './outage-calls.ts';
import { type Part, type Setting } from './part.ts';
import { openPusher, type Pusher } from './pusher.ts';
import { openRelay, type Relay } from './relay.ts';
import { onStage } from './stage.ts';

/** A PBX that is connected over wires that can be cut, with the script that sends its files. */
type Site = {
  readonly installation: Installation;
  readonly lab: Lab;
  readonly connection: string;
  /** To the manager interface. */
  readonly ami: Relay;
  /** Back, for the script. */
  readonly back: Relay;
  readonly pusher: Pusher;
};
/** Something that goes away and comes back. */
type Outage = {
  readonly name: string;
  readonly prefix: string;
  awayMs(long: boolean): number;
  begin(site: Site): Promise<unknown>;
  /** Resolves when the PBX is heard again. */
  end(site: Site): Promise<unknown>;
};

const killed: Outage = {
  name: 'the server is killed',
  prefix: '155520100',
  awayMs: (long) => (long ? 60_000 : 15_000),
  begin: ({ installation }) => installation.killServer(),
  async end({ installation, pusher, connection }) {
    await pusher.rotate(); // and while nobody listened, the file was rotated
    const lengths = await logLengths(installation);
    await installation.startServer();
    return isHeard(installation, connection, lengths);
  },
};
const cut: Outage = {
  name: 'the network is cut',
  prefix: '155520200',
  awayMs: (long) => (long ? 30_000 : 10_000),
  async begin({ ami, back }) {
    ami.cut();
    back.cut();
  },
  async end({ ami, back, installation, connection }) {
    const lengths = await logLengths(installation);
    ami.mend();
    back.mend();
    return isHeard(installation, connection, lengths);
  },
};
/** As when a firewall forgets a connection: nobody is told that it is over. */
const silenced: Outage = {
  ...cut,
  name: 'the network falls silent',
  prefix: '155520600',
  async begin({ ami, back }) {
    ami.cut(true);
    back.cut(true);
  },
};
const takenOver: Outage = {
  name: 'another node takes over',
  prefix: '155520300',
  awayMs: () => 10_000,
  async begin({ installation, connection }) {
    const lengths = await logLengths(installation);
    const [row] = await installation.query<{ holder: string }>('select holder from listenings where connection = $1', [connection]);
    const node = installation.nodes.find(({ name }) => name === row?.holder);
    if (!node) throw new Error('no node listens');
    await installation.killServer(node);
    return isHeard(installation, connection, lengths);
  },
  async end() {},
};

async function openSite(installation: Installation, lab: Lab, ending: Setting['ending']): Promise<Site> {
  const ami = await openRelay(() => lab.ports.ami);
  const back = await openRelay(() => (installation.nodes.find((node) => installation.isRunning(node)) ?? installation.nodes[0]!).port);
  ending(() => ami.close());
  ending(() => back.close());
  const connection = await connectLab(installation, lab, ami.port);
  const hook = (await hooksOf(installation)).get(connection);
  if (!hook) throw new Error(`npm run secret names no ${connection}.`);
  const address = `http://127.0.0.1:${back.port}/hooks/${connection}`;
  const pusher = await openPusher(lab, installation.folder, { address, secret: hook.secret });
  ending(() => pusher.stop());
  return { installation, lab, connection, ami, back, pusher };
}

/** What stands in Salesforce against what was placed. */
async function reckon({ installation, connection }: Site, name: string, placed: readonly OutageCall[]) {
  await installation.drain();
  const owners = await ownersOf(installation);
  const tasks = await installation.exported('Task');
  const verdict = together(
    placed.map(({ what, number, expected }) =>
      judge(
        {
          name: `${name}, ${what}`,
          expected: expected ? [expected] : [],
          tasks: tasks.filter((task) => digitsIn(customerOf(task)) === number),
        },
        owners,
      ),
    ),
  );
  const live = await installation.query<{ external_id: string }>(
    'select external_id from calls where connection = $1 and ended_at is null and part_of is null',
    [connection],
  );
  return { verdict, complaints: [...complaintsOf(verdict), ...live.map((call) => `${name}: ${call.external_id} has not ended`)] };
}

/** What of a call must be right although nobody heard all of it. */
const known = ({ customer, callType, line }: ExpectedTask): ExpectedTask => ({
  ...(customer !== undefined && { customer }),
  ...(callType !== undefined && { callType }),
  ...(line !== undefined && { line }),
});

async function endure(site: Site, outage: Outage, long: boolean, stage: Stage, deaf: string[]) {
  site.pusher.start();
  let wentMs = 0;
  const heardAgain = () => void deaf.push(`${outage.name}: heard again after ${((performance.now() - wentMs) / 1000).toFixed(1)} s`);
  const placed = await callsAround(stage, {
    prefix: outage.prefix,
    awayMs: outage.awayMs(long),
    async begin() {
      wentMs = performance.now();
      await site.pusher.stop(); // what it knows comes later: first it is judged what is known without
      await outage.begin(site);
      if (outage === takenOver) heardAgain();
    },
    async end() {
      await outage.end(site);
      if (outage !== takenOver) heardAgain();
    },
  });
  const heard = placed
    .filter(({ beginningHeard }) => beginningHeard)
    .map((call) => ({ ...call, expected: call.expected && known(call.expected) }));
  const before = await reckon(site, `${outage.name}, before the file is sent`, heard);
  site.pusher.start();
  await pause(2_000);
  await site.pusher.stop();
  await site.pusher.once();
  const after = await reckon(site, outage.name, placed);
  return { verdict: after.verdict, complaints: [...before.complaints, ...after.complaints] };
}

function part(name: string, shows: string, kind: Kind, outages: readonly Outage[], more: readonly Outage[] = []): Part {
  return {
    name,
    shows,
    async run({ suite, long, say, ending }) {
      const [lab] = (await openLabs(suite, [name], say)) as [Lab];
      ending(() => lab.stop());
      let passed = 0;
      let failed = 0;
      const outcome = await withInstallation(kind, async (installation) => {
        const site = await openSite(installation, lab, ending);
        const verdicts: Verdict[] = [];
        const complaints: string[] = [];
        const deaf: string[] = [];
        const note = (one: Awaited<ReturnType<typeof reckon>>) => {
          verdicts.push(one.verdict);
          complaints.push(...one.complaints);
          if (one.complaints.length > 0) failed++;
          else passed++;
        };
        for (const outage of long ? [...outages, ...more] : outages) {
          say(outage.name);
          note(await onStage(lab, outagePhones, (stage) => endure(site, outage, long, stage, deaf)));
        }
        for (const one of restarts) {
          if (outages.includes(takenOver)) break;
          say(one.name);
          note(await one.run(site, deaf));
        }
        const unexplained = await installation.unexplained();
        if (unexplained > 0) complaints.push(`${unexplained} calls without an explanation (D5)`);
        for (const task of await installation.exported('Task'))
          if (!digitsIn(customerOf(task)).startsWith('155520')) complaints.push(`stray: ${task['Cordboard_Call__c']} (${task['Subject']})`);
        return { figures: `${sayVerdict(together(verdicts))}, ${unexplained} unexplained; ${deaf.join(', ')}`, complaints };
      });
      return { ...outcome, passed, failed };
    },
  };
}

/** The PBX itself ends, in two ways, and takes its calls with it. */
const restarts: readonly { readonly name: string; run(site: Site, deaf: string[]): ReturnType<typeof reckon> }[] = [
  { name: 'the PBX is restarted', run: (site, deaf) => restarted(site, deaf, '155520400', () => site.lab.restart()) },
  {
    name: 'the PBX crashes',
    run: (site, deaf) =>
      restarted(site, deaf, '155520500', async () => {
        await site.lab.kill();
        await site.lab.restart();
      }),
  },
];
async function restarted(site: Site, deaf: string[], prefix: string, restart: () => Promise<void>) {
  const { installation, connection, lab } = site;
  const name = prefix.endsWith('400') ? 'the PBX is restarted' : 'the PBX crashes';
  const crashed = name.endsWith('crashes');
  const placed: OutageCall[] = [];
  const numberOf = () => `${prefix}${String(placed.length + 1).padStart(2, '0')}`;
  site.pusher.start();
  await onStage(lab, outagePhones, async (stage) => {
    const call = async (what: string, to: string, staysMs: number, expected: OutageCall['expected']) => {
      const number = numberOf();
      placed.push({ number, what, expected: expected && { customer: `+${number}`, ...expected }, beginningHeard: true });
      return stage.caller({ to, number, staysMs });
    };
    const talked = (at: string, seconds: number, owner: string) => ({
      callType: 'Inbound' as const,
      disposition: 'Answered',
      // Nobody knows when a PBX that crashed did.
      ...(crashed ? {} : { talkSeconds: seconds }),
      owner,
      line: at,
    });
    await call('talks', '5550110', 60_000, talked('5550110', 4, '110'));
    await call('asks a colleague', '5550117', 60_000, talked('5550117', 4, '117'));
    await call('was passed on', '5550115', 60_000, { ...talked('5550115', 2.5, '115'), transfers: ['115→116'] });
    const [asking, passing] = [await stage.phone('117').nextCall(), await stage.phone('115').nextCall()];
    await Promise.all([asking.answered(), passing.answered()]);
    await pause(500);
    await asking.hold();
    await (await stage.phone('117').call('118')).answered();
    void passing.transfer('116').catch(() => undefined);
    await (await stage.phone('116').nextCall()).answered();
    await call('waits in a queue', '5550300', 60_000, { callType: 'Inbound', status: 'Not Started', talkSeconds: 0, queue: 'support' });
    await call('rings', '5550113', 60_000, { callType: 'Inbound', status: 'Not Started', talkSeconds: 0 });
    await pause(1_500);
    const lengths = await logLengths(installation);
    const wentMs = performance.now();
    await restart();
    await isHeard(installation, connection, lengths);
    deaf.push(`${name}: heard again after ${((performance.now() - wentMs) / 1000).toFixed(1)} s`);
    const after = await call('begins afterwards', '5550123', 2_000, talked('5550123', 2, '123'));
    await after.done;
  });
  await pause(1_000);
  await site.pusher.stop();
  await site.pusher.once();
  return reckon(site, name, placed);
}

/** Recordings are linked where the world can reach them. */
const environment = { CORDBOARD_PUBLIC_URL: 'https://cordboard.example' };

export const outagesOfOne = part(
  'outages',
  'the server is killed, the network is cut, the PBX is restarted and crashes: calls go on meanwhile',
  { environment },
  [killed, cut],
  [silenced],
);

/** Two servers on one database. */
export const outageOfTwo: Part = {
  name: 'nodes',
  shows: 'the node that listens is killed, and the other takes over',
  async run(setting) {
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-pbx-database-'));
    const database = await startEmbedded({ folder, world: realWorld(), reach: 'tcp' });
    setting.ending(async () => {
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const { host, port, user, password, database: name } = database.address;
    const databaseUrl = `postgres://${user}:${encodeURIComponent(password ?? '')}@${host}:${port}/${name}`;
    return part('nodes', '', { databaseUrl, nodes: ['anna', 'bela'], environment }, [takenOver]).run(setting);
  },
};
