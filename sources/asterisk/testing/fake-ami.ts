import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AmiEvent } from '../ami.ts';

/** A login of the fake, as manager.conf has them. */
export type FakeUser = { readonly secret: string; readonly read: string; readonly write: string };
export type FakeOptions = {
  readonly users?: Readonly<Record<string, FakeUser>>;
  readonly systemName?: string;
  readonly timestamps?: boolean;
  /** Sections of configuration files as `GetConfig` gives them: lines by `file/section`. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  readonly dialplan?: readonly AmiEvent[];
  readonly registrations?: readonly AmiEvent[];
  readonly devices?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly banner?: string;
};
type Session = { readonly socket: Socket; user: FakeUser | undefined; wants: readonly string[] };
type Action = {
  /** Classes of which the login needs one; none: everybody may. */
  readonly privilege: readonly string[];
  run(fields: Readonly<Record<string, string>>, session: Session): void;
};
export type FakeAmi = Awaited<ReturnType<typeof startFakeAmi>>;

const all = 'system,call,log,verbose,agent,user,config,command,dtmf,reporting,cdr,dialplan,originate,agi,cc,aoc,test,message';
export const fakeUsers: Readonly<Record<string, FakeUser>> = {
  all: { secret: 'all-secret', read: all, write: all },
  cordboard: { secret: 's3cret', read: 'call,agent,user', write: 'reporting' },
};

/** Says what Asterisk 22 says over its manager interface, as far as the client and the preflight ask it; ami-conformance.ts holds both to it. */
export async function startFakeAmi(options: FakeOptions = {}) {
  const {
    users = fakeUsers,
    systemName = 'fake',
    timestamps = true,
    files = {},
    dialplan = [],
    registrations = [],
    devices = [],
  } = options;
  const sessions = new Set<Session>();
  const received: string[] = [];
  const refused: string[] = [];
  let channels: readonly AmiEvent[] = [];
  let deaf = false;
  let whileListing = () => {};
  let seconds = 1_795_299_647;

  const write = (session: Session, message: AmiEvent) => {
    const lines = Object.entries(message).flatMap(([key, value]) => [value].flat().map((one) => `${key}: ${one}\r\n`));
    session.socket.write(`${lines.join('')}\r\n`);
  };
  const has = (classes: string | undefined, one: string) => (classes ?? '').split(',').includes(one);
  const say = (privilege: string, event: AmiEvent) => {
    const { Event: name, ...rest } = event;
    const whole = {
      Event: name ?? '',
      Privilege: `${privilege},all`,
      ...(timestamps && { Timestamp: `${++seconds}.000000` }),
      ...(systemName && { SystemName: systemName }),
      ...rest,
    };
    for (const session of sessions)
      if (has(session.user?.read, privilege) && (session.wants.includes('on') || session.wants.includes(privilege))) write(session, whole);
  };
  const answer = (session: Session, id: string | undefined, response: string, more: AmiEvent = {}) =>
    write(session, { Response: response, ...(id !== undefined && { ActionID: id }), ...more });
  const list = (name: string, rows: () => readonly AmiEvent[]): Action['run'] => {
    return ({ ActionID: id = '' }, session) => {
      answer(session, id, 'Success', { EventList: 'start', Message: 'A listing follows' });
      for (const row of rows()) write(session, { ...row, ActionID: id });
      if (name === 'CoreShowChannelsComplete') whileListing();
      write(session, { Event: name, EventList: 'Complete', ListItems: String(rows().length), ActionID: id });
    };
  };
  const actions: Readonly<Record<string, Action>> = {
    Challenge: { privilege: [], run: ({ ActionID: id }, session) => answer(session, id, 'Success', { Challenge: '840415273' }) },
    Login: { privilege: [], run: logIn },
    Logoff: {
      privilege: [],
      run({ ActionID: id }, session) {
        answer(session, id, 'Goodbye', { Message: 'Thanks for all the fish.' });
        session.socket.end();
      },
    },
    Ping: {
      privilege: [],
      run: ({ ActionID: id }, session) => answer(session, id, 'Success', { Ping: 'Pong', Timestamp: `${++seconds}.000000` }),
    },
    CoreSettings: {
      privilege: ['system', 'reporting'],
      run: ({ ActionID: id }, session) =>
        answer(session, id, 'Success', { AMIversion: '11.0.0', AsteriskVersion: '22.10.1', SystemName: systemName, CoreCDRenabled: 'Yes' }),
    },
    CoreShowChannels: { privilege: ['system', 'reporting'], run: list('CoreShowChannelsComplete', () => channels) },
    QueueStatus: {
      privilege: [],
      run: list('QueueStatusComplete', () => [{ Event: 'QueueParams', Queue: 'support', Strategy: 'ringall', Calls: '0' }]),
    },
    ShowDialPlan: {
      privilege: ['config', 'reporting'],
      run: (fields, session) =>
        list('ShowDialPlanComplete', () =>
          dialplan.filter((one) => fields['Context'] === undefined || one['Context'] === fields['Context']),
        )(fields, session),
    },
    PJSIPShowRegistrationsOutbound: {
      privilege: ['system', 'reporting'],
      run: list('OutboundRegistrationDetailComplete', () => registrations),
    },
    DeviceStateList: {
      privilege: ['call', 'reporting'],
      run: list('DeviceStateListComplete', () => devices.map((Device) => ({ Event: 'DeviceStateChange', Device, State: 'NOT_INUSE' }))),
    },
    ListCommands: {
      privilege: [],
      run: ({ ActionID: id }, session) => answer(session, id, 'Success', Object.fromEntries(allowed(session).map(describe))),
    },
    GetConfig: { privilege: ['system', 'config'], run: getConfig },
    Getvar: {
      privilege: ['call', 'reporting'],
      run: ({ ActionID: id, Variable = '' }, session) =>
        answer(session, id, 'Success', { Variable, Value: files[`globals/${Variable}`]?.[0] ?? '' }),
    },
    UserEvent: {
      privilege: ['user'],
      run({ ActionID: id, Action: _action, ...fields }, session) {
        answer(session, id, 'Success', { Message: 'Event Sent' });
        say('user', { Event: 'UserEvent', ...fields });
      },
    },
    Command: { privilege: ['command'], run: ({ ActionID: id }, session) => answer(session, id, 'Success', { Output: ['one', 'two'] }) },
    Originate: {
      privilege: ['originate'],
      run: ({ ActionID: id }, session) => answer(session, id, 'Success', { Message: 'Originate successfully queued' }),
    },
    Redirect: {
      privilege: ['call'],
      run: ({ ActionID: id }, session) => answer(session, id, 'Error', { Message: 'Channel not specified' }),
    },
    QueuePause: { privilege: ['agent'], run: ({ ActionID: id }, session) => answer(session, id, 'Success') },
    FAXStats: { privilege: ['reporting'], run: ({ ActionID: id }, session) => answer(session, id, 'Success') },
    ModuleLoad: { privilege: ['system'], run: ({ ActionID: id }, session) => answer(session, id, 'Success') },
    UpdateConfig: { privilege: ['config'], run: ({ ActionID: id }, session) => answer(session, id, 'Success') },
  };
  const may = (session: Session, { privilege }: Action) => privilege.length === 0 || privilege.some((one) => has(session.user?.write, one));
  const allowed = (session: Session) => Object.entries(actions).filter(([, action]) => may(session, action));
  const describe = ([name, { privilege }]: readonly [string, Action]): [string, string] => [
    name,
    `What it does.  (Priv: ${privilege.length > 0 ? [...privilege, 'all'].join(',') : '<none>'})`,
  ];

  function logIn(fields: Readonly<Record<string, string>>, session: Session): void {
    const { ActionID: id, Username: name = '', Secret: secret, Key: key, Events: wants = 'on' } = fields;
    const user = Object.hasOwn(users, name) ? users[name] : undefined;
    const proof = key === undefined ? secret : key;
    const due = user && (key === undefined ? user.secret : createHash('md5').update(`840415273${user.secret}`).digest('hex'));
    if (!user || proof !== due) {
      answer(session, id, 'Error', { Message: 'Authentication failed' });
      session.socket.end();
      return;
    }
    session.user = user;
    session.wants = wants.split(',');
    answer(session, id, 'Success', { Message: 'Authentication accepted' });
    if (has(user.read, 'system') && (wants === 'on' || wants.includes('system')))
      write(session, { Event: 'FullyBooted', Privilege: 'system,all', Uptime: '1', LastReload: '1', Status: 'Fully Booted' });
  }
  function getConfig({ ActionID: id, Filename = '', Category = '' }: Readonly<Record<string, string>>, session: Session): void {
    const lines = files[`${Filename}/${Category}`];
    if (!lines) return answer(session, id, 'Error', { Message: 'Config file not found' });
    answer(session, id, 'Success', {
      'Category-000000': Category,
      ...Object.fromEntries(lines.map((line, at) => [`Line-000000-${String(at).padStart(6, '0')}`, line])),
    });
  }
  const perform = (text: string, session: Session) => {
    received.push(text);
    const fields: Record<string, string> = {};
    const repeated: Record<string, string[]> = {};
    for (const line of text.split('\r\n')) {
      const [key = '', ...rest] = line.split(': ');
      const value = rest.join(': ');
      (repeated[key] ??= []).push(value);
      fields[key] = repeated[key].join(`\r\n${key}: `); // Asterisk repeats a header that came twice
    }
    const { Action: name = '', ActionID: id } = fields;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action)
      answer(session, id, 'Error', {
        Message: `Invalid/unknown command: ${name}. Use Action: ListCommands to show available commands.`,
      });
    else if ((!session.user && !['Login', 'Challenge', 'Logoff'].includes(name)) || !may(session, action)) refuse(name, session, id);
    else action.run(fields, session);
  };

  const refuse = (name: string, session: Session, id: string | undefined) => {
    refused.push(name);
    answer(session, id, 'Error', { Message: 'Permission denied' });
  };

  const accept = (socket: Socket) => {
    const session: Session = { socket, user: undefined, wants: [] };
    sessions.add(session);
    let rest = '';
    socket.on('close', () => sessions.delete(session));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (deaf) return;
      rest += chunk.toString('utf8');
      const parts = rest.split('\r\n\r\n');
      rest = parts.pop() ?? '';
      for (const part of parts) perform(part, session);
    });
    socket.write(options.banner ?? 'Asterisk Call Manager/11.0.0\r\n');
  };
  const server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const hangUp = () => [...sessions].forEach(({ socket }) => socket.destroy());
  const port = await listen(0);

  return {
    port,
    address: { host: '127.0.0.1', port, tls: 'off' as const },
    /** Actions as they came, whole. */
    received,
    /** Names of those the login had no right to. */
    refused,
    /** An event to everybody who may and wants to hear it. */
    say,
    /** Bytes as they are, to everybody. */
    raw: (bytes: string | Uint8Array) => [...sessions].forEach(({ socket }) => socket.write(bytes)),
    /** What `CoreShowChannels` shows from now on. */
    showChannels(rows: readonly AmiEvent[]) {
      channels = rows.map((row) => ({ Event: 'CoreShowChannel', ...row }));
    },
    /** Happens between the channels' rows and the end of their list. */
    onList: (happen: () => void) => {
      whileListing = happen;
    },
    sessions: () => sessions.size,
    /** The network is cut without anybody being told: nothing is heard and nothing said. */
    freeze: (frozen: boolean) => {
      deaf = frozen;
    },
    /** Everybody's connection breaks. */
    hangUp,
    /** Nobody is let in until `open`. */
    async shut() {
      const closed = once(server, 'close');
      server.close();
      hangUp();
      await closed;
    },
    open: () => listen(port),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      hangUp();
      await closed;
    },
  };
}
