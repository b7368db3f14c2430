import { createHash } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { World } from '../../server/world.ts';
import { type AmiEvent, type AmiFields, frameAction, readAmi, valueOf } from './ami.ts';

/** Where a manager listens. `tls`: 'off', 'on' (its certificate must be good for the host), or the SHA-256 fingerprint of the one certificate that is trusted. */
export type AmiAddress = { readonly host: string; readonly port: number; readonly tls: 'off' | 'on' | { readonly fingerprint: string } };
export type AmiLogin = {
  readonly user: string;
  readonly secret: string;
  /** `md5` never sends the secret itself. */
  readonly login: 'md5' | 'plain';
};
/** Milliseconds, and how much of an answer is held. */
export type AmiLimits = {
  readonly connectMs: number;
  readonly actionMs: number;
  /** After so long without a message the PBX is asked whether it is there, */ readonly pingAfterMs: number;
  /** and gone if it hasn't answered then. Together they are how late a dead network is noticed. */ readonly pingLimitMs: number;
  readonly rowsOfList: number;
  readonly unansweredActions: number;
};
const usualLimits: AmiLimits = {
  connectMs: 5_000,
  actionMs: 10_000,
  pingAfterMs: 5_000,
  pingLimitMs: 4_000,
  rowsOfList: 100_000,
  unansweredActions: 1_000,
};

/** What went wrong: nobody there, no Asterisk there, not let in, an action refused or never answered, the connection gone. The message is a sentence for the admin. */
export type AmiTroubleKind = 'unreachable' | 'no-asterisk' | 'not-let-in' | 'refused' | 'unanswered' | 'gone';
export class AmiTrouble extends Error {
  readonly kind: AmiTroubleKind;
  constructor(kind: AmiTroubleKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export type Ami = {
  /** The first line Asterisk said. */
  readonly banner: string;
  /** Sends an action and gives its answer. Rejects with `AmiTrouble` ('refused', 'unanswered', 'gone'), or `Unsendable`. */
  action(name: string, fields?: AmiFields): Promise<AmiEvent>;
  /** As `action`, for those that answer with a list: gives its rows. */
  list(name: string, fields?: AmiFields): Promise<readonly AmiEvent[]>;
  /** Resolves, with why in a sentence, when the connection has ended. */
  readonly ended: Promise<string>;
  /** Says goodbye and ends. */
  close(): Promise<void>;
};
export type AmiOptions = {
  readonly world: World;
  /** Called with each event in the order of the wire, at once: none waits here for its reader. Rows of lists are not among them. */
  readonly onEvent: (event: AmiEvent) => void;
  /** Classes of events asked for, as `Events` of Login names them. */
  readonly events: string;
  readonly limits?: Partial<AmiLimits>;
  readonly stop?: AbortSignal;
};

type Pending = {
  readonly name: string;
  readonly rows: AmiEvent[] | undefined;
  answer: AmiEvent | undefined;
  readonly resolve: (answer: AmiEvent) => void;
  readonly reject: (why: AmiTrouble) => void;
};

/** Connects and logs in. Rejects with `AmiTrouble` when that doesn't come about. */
export async function connectAmi(address: AmiAddress, login: AmiLogin, options: AmiOptions): Promise<Ami> {
  const { world, onEvent, stop } = options;
  const limits = { ...usualLimits, ...options.limits };
  const where = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  const socket = await openSocket(address, where, world, limits.connectMs, stop);

  const reader = readAmi();
  const pending = new Map<string, Pending>();
  const ended = Promise.withResolvers<string>();
  const over = new AbortController();
  const greeted = new AbortController();
  const prefix = Buffer.from(world.bytes(4)).toString('hex');
  let actions = 0;
  let heardAtMs = world.monotonic();
  let farewell: string | undefined;

  const end = (why: string) => {
    if (over.signal.aborted) return;
    over.abort();
    stop?.removeEventListener('abort', onStop);
    socket.destroy();
    for (const { reject } of pending.values()) reject(new AmiTrouble('gone', why));
    pending.clear();
    ended.resolve(why);
  };
  const onStop = () => end('Stopped by ourselves.');
  stop?.addEventListener('abort', onStop, { once: true });
  if (stop?.aborted) onStop();

  const take = (message: AmiEvent) => {
    heardAtMs = world.monotonic();
    const asked = pending.get(valueOf(message, 'ActionID'));
    if ('Response' in message) {
      if (valueOf(message, 'Response') === 'Goodbye') farewell ??= `The PBX at ${where} said goodbye.`;
      if (asked) takeAnswer(asked, message);
    } else if ('Event' in message) {
      if (valueOf(message, 'Event') === 'Shutdown')
        farewell = `The PBX at ${where} was ${valueOf(message, 'Restart') === 'True' ? 'restarted' : 'stopped'}.`;
      if (asked?.rows) takeRow(asked, asked.rows, message);
      else onEvent(message);
    }
  };
  const takeAnswer = (asked: Pending, answer: AmiEvent) => {
    if (valueOf(answer, 'Response') === 'Error')
      asked.reject(
        new AmiTrouble('refused', `The PBX refused ${asked.name}: ${plain(valueOf(answer, 'Message')) || 'it said no reason'}.`),
      );
    else if (asked.rows && valueOf(answer, 'EventList').toLowerCase() === 'start') asked.answer = answer;
    else asked.resolve(answer);
  };
  const takeRow = (asked: Pending, rows: AmiEvent[], row: AmiEvent) => {
    const listing = valueOf(row, 'EventList').toLowerCase();
    if (listing === 'complete') asked.resolve(asked.answer ?? row);
    else if (listing === 'cancelled') asked.reject(new AmiTrouble('refused', `The PBX broke off the list of ${asked.name}.`));
    else if (rows.length < limits.rowsOfList) rows.push(row);
    else end(`The PBX at ${where} answered ${asked.name} with more than ${limits.rowsOfList} rows.`);
  };
  const takeAll = (messages: readonly AmiEvent[]) => {
    try {
      for (const message of messages) if (!over.signal.aborted) take(message);
    } catch (error) {
      end(`What the PBX at ${where} said could not be taken in: ${(error as Error).message}`);
    }
  };

  socket.on('data', (chunk: Buffer) => {
    if (over.signal.aborted) return;
    takeAll(reader.read(chunk));
    if (reader.banner !== undefined) greeted.abort();
  });
  socket.on('error', (error: NodeJS.ErrnoException) =>
    end(`The connection to the PBX at ${where} broke (${error.code ?? plain(error.message)}).`),
  );
  socket.on('close', () => {
    takeAll(reader.end());
    end(farewell ?? `The PBX at ${where} closed the connection.`);
  });

  const send = async (name: string, fields: AmiFields, rows: AmiEvent[] | undefined, limitMs: number): Promise<AmiEvent> => {
    const actionId = `cb-${prefix}-${++actions}`;
    const framed = frameAction(name, actionId, fields);
    if (over.signal.aborted) throw new AmiTrouble('gone', await ended.promise);
    if (pending.size >= limits.unansweredActions)
      throw new AmiTrouble('unanswered', `The PBX at ${where} owes ${pending.size} answers: ${name} was not sent.`);
    const { promise, resolve, reject } = Promise.withResolvers<AmiEvent>();
    const answered = new AbortController();
    pending.set(actionId, { name, rows, answer: undefined, resolve, reject });
    socket.write(framed);
    void world.sleep(limitMs, answered.signal).then(() => {
      if (!answered.signal.aborted)
        reject(new AmiTrouble('unanswered', `The PBX at ${where} did not answer ${name} within ${limitMs / 1_000} s.`));
    });
    try {
      return await promise;
    } finally {
      answered.abort();
      pending.delete(actionId);
    }
  };
  const action = (name: string, fields: AmiFields = {}) => send(name, fields, undefined, limits.actionMs);

  /** A connection that is cut in between tells nobody: whoever doesn't answer is gone. */
  const watch = async () => {
    for (;;) {
      const quietMs = world.monotonic() - heardAtMs;
      await world.sleep(Math.max(limits.pingAfterMs - quietMs, 1), over.signal);
      if (over.signal.aborted) return;
      if (world.monotonic() - heardAtMs < limits.pingAfterMs) continue;
      try {
        await send('Ping', {}, undefined, limits.pingLimitMs);
      } catch (error) {
        if (error instanceof AmiTrouble && error.kind === 'refused') continue; // it lives
        return end(`The PBX at ${where} is silent: it did not answer within ${limits.pingLimitMs / 1_000} s.`);
      }
    }
  };

  try {
    await world.sleep(limits.connectMs, AbortSignal.any([greeted.signal, over.signal]));
    if (reader.banner === undefined)
      throw new AmiTrouble('no-asterisk', `What answers at ${where} says nothing that Asterisk's manager would. Check the port and TLS.`);
    if (!reader.banner.startsWith('Asterisk Call Manager'))
      throw new AmiTrouble(
        'no-asterisk',
        `What answers at ${where} is not Asterisk's manager; it says "${plain(reader.banner).slice(0, 60)}". Check the port.`,
      );
    await logIn(login, options.events, action);
  } catch (error) {
    end('The login did not come about.');
    throw error;
  }
  void watch();
  return {
    banner: reader.banner,
    action,
    async list(name, fields = {}) {
      const rows: AmiEvent[] = [];
      await send(name, fields, rows, limits.actionMs);
      return rows;
    },
    ended: ended.promise,
    async close() {
      if (!over.signal.aborted) await Promise.race([action('Logoff').catch(() => undefined), world.sleep(1_000, over.signal)]);
      end('Closed by ourselves.');
    },
  };
}

async function logIn({ user, secret, login }: AmiLogin, events: string, action: Ami['action']): Promise<void> {
  try {
    if (login === 'plain') return void (await action('Login', { Username: user, Secret: secret, Events: events }));
    const challenge = valueOf(await action('Challenge', { AuthType: 'MD5' }), 'Challenge');
    const key = createHash('md5').update(challenge).update(secret).digest('hex');
    await action('Login', { AuthType: 'MD5', Username: user, Key: key, Events: events });
  } catch (error) {
    // A PBX that ends says so to whoever comes; that is no word on the login.
    if (error instanceof AmiTrouble && /shutting down/i.test(error.message)) throw new AmiTrouble('gone', error.message, { cause: error });
    if (error instanceof AmiTrouble && error.kind === 'refused')
      throw new AmiTrouble(
        'not-let-in',
        `The PBX did not let ${user} in. Check user and secret in manager.conf, and that deny and permit let this machine's address in.`,
        { cause: error },
      );
    throw error;
  }
}

async function openSocket(
  { host, port, tls }: AmiAddress,
  where: string,
  world: World,
  limitMs: number,
  stop: AbortSignal | undefined,
): Promise<Socket> {
  const socket = tls === 'off' ? connectTcp({ host, port, noDelay: true }) : openTls(host, port, tls);
  const open = Promise.withResolvers<Socket>();
  const settled = new AbortController();
  socket.once(tls === 'off' ? 'connect' : 'secureConnect', () => {
    const shown = tls === 'off' || tls === 'on' ? undefined : fingerprintOf(socket as TLSSocket);
    if (shown !== undefined && typeof tls === 'object' && shown !== tls.fingerprint)
      open.reject(
        new AmiTrouble(
          'unreachable',
          `The PBX at ${where} shows another certificate than the one agreed on; its fingerprint is ${shown}. If it was renewed, connect it again with the new one.`,
        ),
      );
    else open.resolve(socket);
  });
  const fail = (error: NodeJS.ErrnoException) => open.reject(new AmiTrouble('unreachable', whyUnreachable(error, where), { cause: error }));
  socket.on('error', fail);
  socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECLOSED' })));
  void world.sleep(limitMs, AbortSignal.any([settled.signal, ...(stop ? [stop] : [])])).then(() => {
    if (!settled.signal.aborted)
      open.reject(
        new AmiTrouble(
          'unreachable',
          stop?.aborted
            ? 'Stopped by ourselves.'
            : `Nothing answers at ${where} within ${limitMs / 1_000} s. Check the address, and that no firewall is in between.`,
        ),
      );
  });
  try {
    return await open.promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    settled.abort();
    socket.off('error', fail);
    socket.on('error', () => undefined); // whoever uses it adds its own; one that comes in between must not end the process
  }
}

const openTls = (host: string, port: number, tls: Exclude<AmiAddress['tls'], 'off'>) =>
  connectTls({
    host,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    rejectUnauthorized: tls === 'on', // a certificate that was agreed on is compared before anything is said
  });
const fingerprintOf = (socket: TLSSocket) => socket.getPeerCertificate().fingerprint256 ?? 'unknown';

function whyUnreachable(error: NodeJS.ErrnoException, where: string): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `Nothing listens at ${where}. Check enabled, bindaddr and port in manager.conf.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name in ${where} isn't known to this machine's DNS.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `There is no way to ${where} (${error.code}). Check the address, and that no firewall is in between.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `The certificate of the PBX at ${where} is signed by nobody this machine knows. If it is yours, connect with its fingerprint.`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of the PBX at ${where} has expired. Renew it, or connect with its fingerprint.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of the PBX at ${where} is for another name. Connect by that name, or with its fingerprint.`;
    case 'ECONNRESET':
    case 'ECLOSED':
      return `What answers at ${where} hangs up at once. Check the port and TLS.`;
    default:
      return `The PBX at ${where} can't be reached (${error.code ?? plain(error.message)}).`;
  }
}

/** What a stranger said, on one line and without a full stop of its own. */
const plain = (text: string) =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .trim()
    .slice(0, 200)
    .replace(/\.$/, '');
