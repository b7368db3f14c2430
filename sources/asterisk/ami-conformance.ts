import assert from 'node:assert/strict';
import { hostileTexts } from '../../server/testing/hostile.ts';
import type { World } from '../../server/world.ts';
import { type AmiEvent, Unsendable, valueOf, valuesOf } from './ami.ts';
import { type Ami, type AmiAddress, type AmiLogin, AmiTrouble, connectAmi } from './ami-client.ts';

/** A manager to hold to it: the fake, or an Asterisk. */
export type ManagerKit = {
  readonly address: AmiAddress;
  /** May read user and write reporting, and not write command. */
  readonly least: Omit<AmiLogin, 'login'>;
  /** May write user. */
  readonly all: Omit<AmiLogin, 'login'>;
  readonly world: World;
};
type Promised = { readonly name: string; readonly keep: (kit: ManagerKit) => Promise<void> };

const connect = (
  { address, world }: ManagerKit,
  login: Omit<AmiLogin, 'login'>,
  how: AmiLogin['login'] = 'md5',
  onEvent: (event: AmiEvent) => void = () => undefined,
) => connectAmi(address, { ...login, login: how }, { world, onEvent, events: 'system,call,agent,user' });
const using = async (connecting: Promise<Ami>, work: (ami: Ami) => Promise<void>) => {
  const ami = await connecting;
  try {
    await work(ami);
  } finally {
    await ami.close();
  }
};
const refused = (kind: AmiTrouble['kind']) => (error: unknown) => error instanceof AmiTrouble && error.kind === kind;
const until = async (world: World, what: string, seen: () => boolean) => {
  for (let waitedMs = 0; !seen(); waitedMs += 10) {
    assert.ok(waitedMs < 5_000, `${what} did not come within 5 s`);
    await world.sleep(10);
  }
};

/** What the client relies on in a manager, and promises of it. Run each against the fake and against every release of Asterisk. */
export const managerPromises: readonly Promised[] = [
  {
    name: 'greets, lets in by challenge and by secret, and says goodbye',
    async keep(kit) {
      for (const how of ['md5', 'plain'] as const) {
        const ami = await connect(kit, kit.least, how);
        assert.match(ami.banner, /^Asterisk Call Manager\/\d/);
        await ami.close();
        assert.match(await ami.ended, /\.$/);
        await assert.rejects(ami.action('Ping'), refused('gone'));
      }
    },
  },
  {
    name: 'lets nobody in with a wrong secret or name',
    async keep(kit) {
      for (const how of ['md5', 'plain'] as const) {
        await assert.rejects(connect(kit, { ...kit.least, secret: 'wrong' }, how), refused('not-let-in'));
        await assert.rejects(connect(kit, { user: 'nobody', secret: '' }, how), refused('not-let-in'));
      }
    },
  },
  {
    name: 'answers a ping with its clock',
    keep: (kit) =>
      using(connect(kit, kit.least), async (ami) => {
        assert.match(valueOf(await ami.action('Ping'), 'Timestamp'), /^\d{10}\.\d{6}$/);
      }),
  },
  {
    name: 'refuses what it does not know and what the login may not, and goes on',
    keep: (kit) =>
      using(connect(kit, kit.least), async (ami) => {
        await assert.rejects(ami.action('Fly'), refused('refused'));
        await assert.rejects(ami.action('Command', { Command: 'core show version' }), refused('refused'));
        await assert.rejects(ami.list('GetConfig', { Filename: 'manager.conf' }), refused('refused'));
        assert.equal(valueOf(await ami.action('Ping'), 'Ping'), 'Pong');
      }),
  },
  {
    name: 'gives lists with all their rows, which are not heard as events',
    async keep(kit) {
      const events: AmiEvent[] = [];
      await using(
        connect(kit, kit.least, 'md5', (event) => void events.push(event)),
        async (ami) => {
          const [channels, queues] = await Promise.all([ami.list('CoreShowChannels'), ami.list('QueueStatus')]);
          assert.deepEqual(
            channels.map((row) => row['Event']),
            channels.map(() => 'CoreShowChannel'),
          );
          assert.ok(queues.some((row) => row['Event'] === 'QueueParams' && valueOf(row, 'Queue') !== ''));
          assert.ok(!queues.some((row) => 'EventList' in row));
        },
      );
      assert.deepEqual(
        events.filter((event) => ['CoreShowChannel', 'QueueParams', 'QueueMember'].includes(valueOf(event, 'Event'))),
        [],
      );
    },
  },
  {
    name: 'pairs answers with what was asked, however much is asked at once',
    keep: (kit) =>
      using(connect(kit, kit.least), async (ami) => {
        const asked = Array.from({ length: 60 }, (_, at) =>
          at % 3 === 0 ? ami.action('Ping') : at % 3 === 1 ? ami.action('CoreSettings') : ami.list('QueueStatus'),
        );
        for (const [at, answer] of (await Promise.all(asked)).entries()) {
          if (at % 3 === 2) assert.ok(Array.isArray(answer) && answer.length > 0);
          else assert.ok((at % 3 === 0 ? 'Ping' : 'AsteriskVersion') in (answer as AmiEvent));
        }
      }),
  },
  {
    name: 'tells its rights by the commands it lists',
    keep: (kit) =>
      using(connect(kit, kit.least), async (ami) => {
        const commands = await ami.action('ListCommands');
        assert.match(valueOf(commands, 'CoreShowChannels'), /\(Priv: system,reporting,all\)$/);
        for (const forbidden of ['Originate', 'Hangup', 'Command']) assert.equal(valueOf(commands, forbidden), '');
      }),
  },
  {
    name: 'tells events with their time and system, a key that comes twice as a list',
    async keep(kit) {
      const events: AmiEvent[] = [];
      const heard = () => events.filter((event) => event['UserEvent'] === 'CordboardTest');
      await using(
        connect(kit, kit.least, 'md5', (event) => void events.push(event)),
        () =>
          using(connect(kit, kit.all), async (speaker) => {
            await speaker.action('UserEvent', { UserEvent: 'CordboardTest', Note: ['one', 'two: 三', ''], Long: 'x'.repeat(900) });
            await until(kit.world, 'the event', () => heard().length > 0);
          }),
      );
      const [event] = heard();
      assert.equal(event!['Event'], 'UserEvent');
      assert.match(valueOf(event!, 'Timestamp'), /^\d{10}\.\d{6}$/);
      assert.notEqual(valueOf(event!, 'SystemName'), '');
      assert.deepEqual(valuesOf(event!, 'Note').slice(0, 2), ['one', 'two: 三']);
      assert.equal(valueOf(event!, 'Long').length, 900);
    },
  },
  {
    name: 'S3: hostile text goes through as it is or not at all, and never as an action',
    async keep(kit) {
      const events: AmiEvent[] = [];
      const texts = Object.values(hostileTexts);
      let refusals = 0;
      await using(
        connect(kit, kit.least, 'md5', (event) => void events.push(event)),
        () =>
          using(connect(kit, kit.all), async (speaker) => {
            for (const [at, text] of texts.entries()) {
              const sent = { UserEvent: 'CordboardHostile', Number: at, Note: text };
              await speaker.action('UserEvent', sent).catch((error: unknown) => {
                assert.ok(error instanceof Unsendable);
                refusals++;
              });
            }
            await speaker.action('UserEvent', { UserEvent: 'CordboardTest' });
            await until(kit.world, 'the last event', () => events.some((event) => event['UserEvent'] === 'CordboardTest'));
          }),
      );
      const heard = events.filter((event) => event['UserEvent'] === 'CordboardHostile');
      assert.equal(heard.length + refusals, texts.length);
      for (const event of heard)
        assert.equal(valueOf(event, 'Note').trim(), texts[Number(valueOf(event, 'Number'))]!.toWellFormed().trim());
    },
  },
];
