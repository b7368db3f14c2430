import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { realWorld } from '../../server/world.ts';
import type { AmiEvent } from './ami.ts';
import { type AmiAddress, type AmiLimits, type AmiTroubleKind, connectAmi } from './ami-client.ts';
import { managerPromises } from './ami-conformance.ts';
import { type FakeAmi, type FakeOptions, fakeUsers, startFakeAmi } from './testing/fake-ami.ts';

const world = realWorld();
const login = { user: 'cordboard', secret: 's3cret', login: 'md5' } as const;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function fake(options: FakeOptions = {}): Promise<FakeAmi> {
  const started = await startFakeAmi(options);
  closing.push(started.close);
  return started;
}
async function connected(
  { address }: { readonly address: AmiAddress },
  limits: Partial<AmiLimits> = {},
  onEvent = (_event: AmiEvent) => {},
) {
  const ami = await connectAmi(address, login, { world, onEvent, events: 'system,call,agent,user', limits });
  closing.push(ami.close);
  return ami;
}
const trouble = (kind: AmiTroubleKind, words: RegExp = /\.$/) => expect.objectContaining({ kind, message: expect.stringMatching(words) });
/** A server that says these bytes to whoever comes. */
async function says(bytes: string | Uint8Array, then: (socket: Socket) => void = () => undefined) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(bytes);
    then(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => void server.close());
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: 'off' as const } };
}

describe('the fake manager', () => {
  test.each(managerPromises)('$name', async ({ keep }) => {
    const { address } = await fake();
    await keep({ address, world, least: login, all: { user: 'all', secret: fakeUsers['all']!.secret } });
  });
});

describe('a connection that does not come about says why', () => {
  test('nothing listens', async () => {
    const gone = await fake();
    await gone.close();
    await expect(connected(gone)).rejects.toEqual(trouble('unreachable', /^Nothing listens at 127\.0\.0\.1:\d+\. Check enabled/));
  });
  test('the name is nobody’s', async () => {
    const address = { host: 'pbx.invalid', port: 5038, tls: 'off' as const };
    await expect(connected({ address })).rejects.toEqual(trouble('unreachable', /pbx\.invalid:5038/));
  });
  test('something else listens', async () => {
    await expect(connected(await says('SSH-2.0-OpenSSH_9.2\r\n'))).rejects.toEqual(
      trouble('no-asterisk', /is not Asterisk's manager; it says "SSH-2\.0-OpenSSH_9\.2"/),
    );
  });
  test('something listens and is silent', async () => {
    await expect(connected(await says(''), { connectMs: 50 })).rejects.toEqual(trouble('no-asterisk', /says nothing/));
  });
  test('something talks without end', async () => {
    const endless = await says(Buffer.alloc(4_000_000, 'x'));
    await expect(connected(endless, { connectMs: 100 })).rejects.toEqual(trouble('no-asterisk'));
  });
  test('something hangs up', async () => {
    await expect(connected(await says('', (socket) => socket.destroy()))).rejects.toEqual(trouble('no-asterisk'));
  });
  test('the greeting is all there is', async () => {
    await expect(connected(await says('Asterisk Call Manager/11.0.0\r\n'), { actionMs: 50 })).rejects.toEqual(
      trouble('unanswered', /did not answer Challenge within 0\.05 s/),
    );
  });
  test('we are stopped meanwhile', async () => {
    const stop = new AbortController();
    const { address } = await says('');
    const connecting = connectAmi(address, login, { world, onEvent: () => undefined, events: 'on', stop: stop.signal });
    stop.abort();
    await expect(connecting).rejects.toEqual(trouble('unreachable', /^Stopped by ourselves\.$/));
  });
});

describe('a connection that ends', () => {
  test('the network is cut: noticed within the two limits, and whoever waits is told', async () => {
    const pbx = await fake();
    const ami = await connected(pbx, { pingAfterMs: 60, pingLimitMs: 60 });
    await world.sleep(200);
    expect(pbx.sessions()).toBe(1); // pings keep it
    pbx.freeze(true);
    const waiting = ami.action('CoreSettings');
    const cutAtMs = world.monotonic();
    await expect(waiting).rejects.toEqual(trouble('gone', /is silent/));
    expect(world.monotonic() - cutAtMs).toBeLessThan(1_000);
    expect(await ami.ended).toMatch(/is silent: it did not answer within 0\.06 s\.$/);
  });
  test('a PBX that talks is not asked whether it is there', async () => {
    const pbx = await fake();
    await connected(pbx, { pingAfterMs: 100 });
    for (let round = 0; round < 12; round++) {
      pbx.say('call', { Event: 'Newchannel', Uniqueid: '1.1' });
      await world.sleep(20);
    }
    expect(pbx.received.some((action) => action.startsWith('Action: Ping'))).toBe(false);
  });
  test('it breaks: every open question is answered with that', async () => {
    const pbx = await fake();
    const ami = await connected(pbx);
    pbx.freeze(true);
    const waiting = [ami.action('Ping'), ami.list('QueueStatus')];
    const settled = Promise.allSettled(waiting);
    pbx.hangUp();
    expect(await settled).toEqual(waiting.map(() => ({ status: 'rejected', reason: trouble('gone') })));
    await expect(ami.action('Ping')).rejects.toEqual(trouble('gone'));
  });
  test('Asterisk says that it stops', async () => {
    const pbx = await fake({ users: { cordboard: { secret: 's3cret', read: 'system', write: '' } } });
    const events: AmiEvent[] = [];
    const ami = await connected(pbx, {}, (event) => void events.push(event));
    pbx.say('system', { Event: 'Shutdown', Shutdown: 'Cleanly', Restart: 'True' });
    await expect.poll(() => events.map((event) => event['Event'])).toEqual(['FullyBooted', 'Shutdown']);
    pbx.hangUp();
    expect(await ami.ended).toMatch(/was restarted\.$/);
  });
  test('an action without an answer is given up alone', async () => {
    const pbx = await fake();
    const ami = await connected(pbx, { actionMs: 50 });
    pbx.freeze(true);
    await expect(ami.action('CoreSettings')).rejects.toEqual(trouble('unanswered', /CoreSettings within 0\.05 s/));
    pbx.freeze(false);
    await expect(ami.action('Ping')).resolves.toMatchObject({ Ping: 'Pong' });
  });
  test('an endless list ends the connection, not the memory', async () => {
    const pbx = await fake();
    pbx.showChannels(Array.from({ length: 20 }, (_, at) => ({ Uniqueid: `1.${at}` })));
    const ami = await connected(pbx, { rowsOfList: 10 });
    await expect(ami.list('CoreShowChannels')).rejects.toEqual(trouble('gone', /more than 10 rows/));
  });
  test('too many open questions are refused, and the first still answered', async () => {
    const pbx = await fake();
    const ami = await connected(pbx, { unansweredActions: 3 });
    const asked = await Promise.allSettled(Array.from({ length: 5 }, () => ami.action('Ping')));
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });
  test('whoever takes the events in throws: the connection ends with that', async () => {
    const pbx = await fake();
    const ami = await connected(pbx, {}, () => {
      throw new Error('no room');
    });
    pbx.say('call', { Event: 'Newchannel' });
    expect(await ami.ended).toMatch(/could not be taken in: no room$/);
  });
});

test('whatever bytes come after the login, the connection lives or ends in a sentence', async () => {
  const pbx = await fake();
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.constantFrom(
            '\r\n\r\n',
            'Response: Goodbye\r\n\r\n',
            'Response: Success\r\nActionID: x\r\n\r\n',
            'Event: \r\n\r\n',
            'Event: Hangup\r\nUniq',
          ),
        ),
        { maxLength: 8 },
      ),
      fc.boolean(),
      async (said, cut) => {
        const ami = await connected(pbx, { pingAfterMs: 10_000 });
        for (const bytes of said) pbx.raw(bytes);
        if (cut) pbx.hangUp();
        else pbx.raw('\r\n\r\n');
        await (cut ? ami.ended : ami.action('Ping'));
        await ami.close();
        expect(await ami.ended).toMatch(/\.$/);
      },
    ),
    { numRuns: 40 },
  );
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), `cordboard-test-${process.pid}-tls-`));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const openssl = 'openssl'; // of the operating system
  execFileSync(
    openssl,
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=pbx'],
      ...['-keyout', keyFile, '-out', certFile],
    ],
    { stdio: 'ignore' },
  );
  const tls = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  rmSync(folder, { recursive: true });
  const { fingerprint256 } = new X509Certificate(tls.cert);

  test('the certificate that was agreed on is trusted, whoever signed it', async () => {
    const { port } = await fake({ tls });
    const ami = await connected({ address: { host: '127.0.0.1', port, tls: { fingerprint: fingerprint256 } } });
    await expect(ami.action('Ping')).resolves.toMatchObject({ Ping: 'Pong' });
  });
  test('another one is refused before anything is said, and named', async () => {
    const pbx = await fake({ tls });
    const address = { host: '127.0.0.1', port: pbx.port, tls: { fingerprint: fingerprint256.replaceAll('A', 'B') } };
    await expect(connected({ address })).rejects.toEqual(
      trouble('unreachable', new RegExp(`another certificate than the one agreed on; its fingerprint is ${fingerprint256}`)),
    );
    expect(pbx.received).toEqual([]);
  });
  test('one that nobody known has signed is refused, and what to do is said', async () => {
    const pbx = await fake({ tls });
    const address = { host: '127.0.0.1', port: pbx.port, tls: 'on' as const };
    await expect(connected({ address })).rejects.toEqual(trouble('unreachable', /signed by nobody.*its fingerprint/));
    expect(pbx.received).toEqual([]);
  });
  test('a manager without TLS is no manager over TLS', async () => {
    const { port } = await fake();
    await expect(connected({ address: { host: '127.0.0.1', port, tls: 'on' } })).rejects.toEqual(trouble('unreachable'));
  });
});
