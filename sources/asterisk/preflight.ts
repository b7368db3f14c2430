import { celMapping } from './cel.ts';
import { isIP } from 'node:net';
import { type AmiEvent, valueOf, valuesOf } from './ami.ts';
import { type Ami, AmiTrouble } from './ami-client.ts';
import { looksLikeExtension, wantedVariables } from './hearing.ts';
import type { AsteriskSettings } from './settings.ts';

/** One thing the PBX has, lacks, or nobody can tell from here. */
export type Finding = {
  readonly about:
    | 'answers'
    | 'read'
    | 'write'
    | 'danger'
    | 'wire'
    | 'time'
    | 'system'
    | 'variables'
    | 'privacy'
    | 'recording'
    | 'cel'
    | 'trunks';
  readonly state: 'good' | 'lacking' | 'dangerous' | 'unknown';
  /** Sentences for the admin. */
  readonly says: string;
  /** Calls are not heard, or the PBX is in danger, until it is mended. */
  readonly urgent?: true;
  /** What mends it, to be pasted. */
  readonly paste?: { readonly asterisk: readonly Paste[]; readonly freepbx: readonly Paste[] };
};
export type Paste = { readonly file: string; readonly lines: readonly string[]; readonly then?: string };
type Look = {
  readonly commands: ReadonlySet<string>;
  /** Reads the dialplan too: thousands of rows, so not at each connection. */
  readonly thorough: boolean;
};

const readsNeeded = ['call', 'agent', 'user'];
const writesDangerous: Readonly<Record<string, string>> = {
  system: 'stop Asterisk, load modules and read configuration files with their secrets',
  command: 'do whatever Asterisk’s console can',
  config: 'change configuration files',
  agi: 'run programs on the PBX',
};
/** A function of the PJSIP channel driver: it waits for the thread that tells the event, which waits for it. asterisk/asterisk issue 307, read 2026-11-21. */
const pjsipFunction = /\b(?:PJSIP_\w+|CHANNEL\(\s*(?:pjsip|rtp|rtcp|secure_signaling|secure_media)\b)/i;
const usualLogin = `read = ${readsNeeded.join(',')}`;
const usualWrite = 'write = reporting';

/** The names of the actions this login may send; the PBX tells each login its own. */
export async function commandsOf(ami: Ami): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(await ami.action('ListCommands')).filter((name) => name !== 'Response' && name !== 'ActionID'));
}

/** Looks at the PBX with the rights of this login, and asks for nothing it may not have. Rejects only when the connection breaks. */
export async function preflight(ami: Ami, settings: AsteriskSettings, { commands, thorough }: Look): Promise<readonly Finding[]> {
  const rights = classesOf(await ami.action('ListCommands'));
  const core = commands.has('CoreSettings') ? await ami.action('CoreSettings') : undefined;
  const section = (file: string, name: string) => (commands.has('GetConfig') ? readSection(ami, file, name) : Promise.resolve(undefined));
  const general = await section('manager.conf', 'general');
  const own = await section('manager.conf', settings.user);
  const channels = commands.has('CoreShowChannels') ? await ami.list('CoreShowChannels') : [];
  const dialplan = thorough && commands.has('ShowDialPlan') ? await unlessRefused(ami.list('ShowDialPlan')) : undefined;
  const cel = await section('cel.conf', 'general');
  const celFile = await section('cel_custom.conf', 'mappings');
  const trunks = settings.trunks ? undefined : await learnTrunks(ami, commands);

  return [
    answers(core, ami.banner),
    wire(settings),
    read(own, settings.user),
    ...write(rights, settings.user),
    general ? time(isYes(general.get('timestampevents')?.at(-1))) : unknownTime,
    core ? system(valueOf(core, 'SystemName')) : unknownSystem,
    ...variables(
      general ? (general.get('channelvars')?.at(-1) ?? '').split(/,(?![^()]*\))/).map((name) => name.trim()) : namesIn(channels),
    ),
    privacy(dialplan),
    recording(dialplan),
    events(cel, celFile),
    ...(trunks ? [outside(trunks)] : []),
  ];
}

/** What the first event of a channel decides of what could not be found out before. */
export function learnFrom(newchannel: AmiEvent): readonly Finding[] {
  return [
    time('Timestamp' in newchannel),
    system(valueOf(newchannel, 'SystemName')),
    ...variables(namesIn([newchannel]) ?? []),
    { about: 'read', state: 'good', says: 'The login hears of calls.' },
  ];
}

/**
 * Endpoints that lead outside: those that register with somebody, those FreePBX dials out by, and those that aren't named like an
 * extension. `outside` is there only where the names alone would mislead.
 */
export async function learnTrunks(
  ami: Ami,
  commands: ReadonlySet<string>,
): Promise<{ readonly seen: readonly string[]; readonly outside?: readonly string[] }> {
  const rows = async (name: string) => (commands.has(name) ? ((await unlessRefused(ami.list(name))) ?? []) : []);
  const proven = new Set<string>();
  for (const row of await rows('PJSIPShowRegistrationsOutbound')) {
    const endpoint = valueOf(row, 'Endpoint');
    if (endpoint !== '') proven.add(`PJSIP/${endpoint}`);
  }
  // FreePBX numbers its trunks: OUT_1 = PJSIP/telco, OUT_2 = … ; numbers of deleted ones stay free.
  for (let number = 1, missing = 0; commands.has('Getvar') && missing < 5; number++) {
    const dialled = await ami.action('Getvar', { Variable: `OUT_${number}` }).then(
      (answer) => valueOf(answer, 'Value'),
      () => '',
    );
    missing = dialled === '' ? missing + 1 : 0;
    if (/^(?:PJSIP|SIP|IAX2)\/[^/@$]+$/i.test(dialled)) proven.add(dialled);
  }
  const devices = (await rows('DeviceStateList'))
    .map((row) => valueOf(row, 'Device'))
    .filter((device) => /^(?:PJSIP|SIP|IAX2)\//i.test(device));
  const byName = devices.filter((device) => !looksLikeExtension(nameOf(device)));
  const seen = [...new Set([...proven, ...byName])].toSorted();
  return [...proven].some((device) => looksLikeExtension(nameOf(device))) ? { seen, outside: seen } : { seen };
}
const nameOf = (device: string) => device.slice(device.indexOf('/') + 1);

const answers = (core: AmiEvent | undefined, banner: string): Finding => ({
  about: 'answers',
  state: 'good',
  says: core ? `Asterisk ${valueOf(core, 'AsteriskVersion')} answers.` : `${banner} answers.`,
});

function wire({ host, tls }: AsteriskSettings): Finding {
  const near =
    host === 'localhost' ||
    (isIP(host) === 4 && /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\./.test(host)) ||
    /^(?:::1$|f[cde])/i.test(host);
  if (tls !== 'off') return { about: 'wire', state: 'good', says: 'What the PBX says is encrypted on its way.' };
  if (near) return { about: 'wire', state: 'good', says: 'What the PBX says is not encrypted, and stays in a private network.' };
  return {
    about: 'wire',
    state: isIP(host) === 0 ? 'unknown' : 'lacking',
    says:
      isIP(host) === 0
        ? `Whether ${host} is in a private network can't be told from its name. If it isn't, use TLS: numbers and names go over the wire unencrypted.`
        : 'Numbers and names of callers go unencrypted to an address that is not private. Use TLS, or a tunnel.',
    paste: both({
      file: 'manager.conf, section [general]',
      lines: [
        'tlsenable = yes',
        'tlsbindaddr = 0.0.0.0:5039',
        'tlscertfile = /etc/asterisk/keys/asterisk.pem',
        'tlsprivatekey = /etc/asterisk/keys/asterisk.key',
      ],
      then: 'asterisk -rx "manager reload"',
    }),
  };
}

function read(own: Section | undefined, user: string): Finding {
  const held = own?.get('read')?.flatMap((line) => line.split(',').map((one) => one.trim()));
  if (!held)
    return {
      about: 'read',
      state: 'unknown',
      says: `Whether ${user} may read ${readsNeeded.join(', ')} can't be found out over AMI; the first call shows it.`,
      paste: loginPaste(user),
    };
  const missing = held.includes('all') ? [] : readsNeeded.filter((one) => !held.includes(one));
  if (missing.length === 0) return { about: 'read', state: 'good', says: `${user} may read what is needed.` };
  return {
    about: 'read',
    state: 'lacking',
    ...(missing.includes('call') && { urgent: true as const }),
    says: `${user} may not read ${missing.join(', ')}${missing.includes('call') ? ': no call would be heard' : ''}.`,
    paste: loginPaste(user),
  };
}

function write(rights: ReadonlySet<string>, user: string): Finding[] {
  const dangerous = Object.keys(writesDangerous).filter((one) => rights.has(one));
  const blind = !rights.has('system'); // which may list the channels too
  return [
    rights.has('reporting')
      ? { about: 'write', state: 'good', says: `${user} may ask what is needed.` }
      : {
          about: 'write',
          state: 'lacking',
          ...(blind && { urgent: true as const }),
          says: `${user} lacks reporting in write, Asterisk’s word for asking as well: after an interruption it asks which calls there still are.${blind ? ' A call that ends while Cordboard is away would seem to go on for hours.' : ''}`,
          paste: loginPaste(user),
        },
    dangerous.length === 0
      ? { about: 'danger', state: 'good', says: `${user} can't do harm beyond calls.` }
      : {
          about: 'danger',
          state: 'dangerous',
          says: `${user} may write ${dangerous.join(', ')}, which Cordboard never uses. Whoever learns its secret can ${dangerous.map((one) => writesDangerous[one]).join('; ')}.`,
          paste: loginPaste(user),
        },
  ];
}

const unknownTime: Finding = {
  about: 'time',
  state: 'unknown',
  says: 'Whether events carry their time (timestampevents) can’t be found out over AMI with these rights; the first call shows it.',
  paste: generalPaste(wantedVariables),
};
const time = (stamped: boolean): Finding =>
  stamped
    ? { about: 'time', state: 'good', says: 'Events carry the PBX’s own time.' }
    : {
        about: 'time',
        state: 'lacking',
        says: 'Events come without their time (timestampevents), so times are those of hearing them: seconds too late after a hiccup.',
        paste: generalPaste(wantedVariables),
      };

const unknownSystem: Finding = {
  about: 'system',
  state: 'unknown',
  says: 'Whether the PBX has a name of its own (systemname) can’t be found out without the right reporting; the first call shows it.',
};
const system = (name: string): Finding =>
  name !== ''
    ? { about: 'system', state: 'good', says: `The PBX is called ${name}; its calls' ids begin with that.` }
    : {
        about: 'system',
        state: 'lacking',
        says: 'The PBX has no name of its own (systemname): ids of its calls could be those of another PBX, or its own of before a restored backup.',
        paste: {
          asterisk: [
            { file: 'asterisk.conf, section [options]', lines: ['systemname = pbx1'], then: 'asterisk -rx "core restart when convenient"' },
          ],
          freepbx: [
            {
              file: '/etc/asterisk/asterisk.conf, section [options]',
              lines: ['systemname = pbx1'],
              then: 'fwconsole restart (and look after an upgrade of FreePBX whether the line is still there)',
            },
          ],
        },
      };

/** `names` undefined: nothing tells. */
function variables(names: readonly string[] | undefined): Finding[] {
  if (!names)
    return [
      {
        about: 'variables',
        state: 'unknown',
        says: 'Which variables are told with each channel (channelvars) can’t be found out over AMI while there is no call; the first one shows it.',
        paste: generalPaste(wantedVariables),
      },
    ];
  const bad = names.filter((name) => pjsipFunction.test(name));
  const others = names.filter((name) => name !== '' && !bad.includes(name));
  const wanted = [...new Set([...others, ...wantedVariables])];
  if (bad.length > 0)
    return [
      {
        about: 'variables',
        state: 'dangerous',
        urgent: true,
        says: `channelvars holds ${bad.join(', ')}: a function of PJSIP there stops Asterisk dead at the first call that is answered. Take it out at once.`,
        paste: generalPaste(wanted),
      },
    ];
  const missing = wantedVariables.filter((name) => !names.includes(name));
  if (missing.length === 0)
    return [{ about: 'variables', state: 'good', says: `${wantedVariables.join(', ')} are told with each channel.` }];
  return [
    {
      about: 'variables',
      state: 'lacking',
      says: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not told (channelvars): withheld numbers would be shown, and recordings not be found.`,
      paste: generalPaste(wanted),
    },
  ];
}

const inDialplan = (rows: readonly AmiEvent[], application: string, data: RegExp) =>
  rows.some((row) => valueOf(row, 'Application').toLowerCase() === application && data.test(valueOf(row, 'AppData')));

function privacy(dialplan: readonly AmiEvent[] | undefined): Finding {
  if (dialplan && (inDialplan(dialplan, 'set', /CRM_PRES\s*=/) || inDialplan(dialplan, 'mset', /CRM_PRES\s*=/)))
    return { about: 'privacy', state: 'good', says: 'The dialplan says whether a caller withholds the number.' };
  return {
    about: 'privacy',
    state: dialplan ? 'lacking' : 'unknown',
    says: dialplan
      ? 'Nothing in the dialplan says whether a caller withholds the number: AMI shows it in full all the same, where the trunk trusts what it is told.'
      : 'Whether the dialplan says that a caller withholds the number was not looked at.',
    paste: {
      asterisk: [
        {
          file: 'extensions.conf',
          lines: inboundLines('from-trunk'),
          then: 'asterisk -rx "dialplan reload"; then give the trunk’s endpoint context = cordboard-in in pjsip.conf',
        },
      ],
      freepbx: [
        {
          file: '/etc/asterisk/extensions_custom.conf',
          lines: inboundLines('from-pstn'),
          then: 'fwconsole reload; then Connectivity, Trunks, the trunk, pjsip Settings: Context cordboard-in',
        },
      ],
    },
  };
}
const inboundLines = (from: string) => [
  `; calls from outside come in here first; ${from} is where they came in before`,
  '[cordboard-in]',
  'exten => _[+0-9]!,1,Set(__CRM_PRES=${CALLERID(num-pres)})',
  ` same => n,Goto(${from},\${EXTEN},1)`,
  'exten => s,1,Set(__CRM_PRES=${CALLERID(num-pres)})',
  ` same => n,Goto(${from},s,1)`,
];

function recording(dialplan: readonly AmiEvent[] | undefined): Finding {
  const records = dialplan && inDialplan(dialplan, 'mixmonitor', /./);
  if (dialplan && !records) return { about: 'recording', state: 'good', says: 'The dialplan records no calls with MixMonitor.' };
  if (dialplan && inDialplan(dialplan, 'mixmonitor', /CRM_REC.*\bmv\b/))
    return { about: 'recording', state: 'good', says: 'Recordings are named after their call, and moved when they are complete.' };
  return {
    about: 'recording',
    state: dialplan ? 'lacking' : 'unknown',
    says: dialplan
      ? 'Calls are recorded, but AMI tells neither the file of a call nor when it is complete: name it in CRM_REC, and move it when it is done.'
      : 'How calls are recorded was not looked at.',
    paste: {
      asterisk: [
        {
          file: 'extensions.conf',
          lines: [...recordLines, '; and before Dial() or Queue(): same => n,Gosub(cordboard-record,s,1)'],
          then: `${makeDone}; asterisk -rx "dialplan reload"`,
        },
      ],
      freepbx: [
        {
          file: '/etc/asterisk/extensions_custom.conf (in place of FreePBX’s own recording: set that to Never)',
          lines: [
            ...recordLines,
            '; FreePBX calls these before it dials an extension and before it dials out; FreePBX 16 and older want MacroExit() for Return()',
            ...['one', 'trunk'].flatMap((kind) => [
              `[macro-dialout-${kind}-predial-hook]`,
              'exten => s,1,Gosub(cordboard-record,s,1)',
              ' same => n,Return()',
            ]),
          ],
          then: `${makeDone}; fwconsole reload`,
        },
      ],
    },
  };
}
const spool = '/var/spool/asterisk/monitor';
const makeDone = `install -d -o asterisk -g asterisk ${spool}/done`;
const recordLines = [
  '[cordboard-record]',
  'exten => s,1,Set(CRM_REC=${CHANNEL(linkedid)}.wav)',
  ` same => n,MixMonitor(\${CRM_REC},b,mv ${spool}/\${CRM_REC} ${spool}/done/\${CRM_REC})`,
  ' same => n,Return()',
];

function events(cel: Section | undefined, celFile: Section | undefined): Finding {
  const written = isYes(cel?.get('enable')?.at(-1)) && celFile !== undefined && celFile.size > 0;
  if (written)
    return {
      about: 'cel',
      state: 'good',
      says: 'The PBX keeps a file of its channel events (CEL): what happens while nobody listens can be read later.',
    };
  return {
    about: 'cel',
    state: cel ? 'lacking' : 'unknown',
    says: cel
      ? 'The PBX keeps no file of its channel events (CEL): what happens while Cordboard is away is told by nothing.'
      : 'Whether the PBX keeps a file of its channel events (CEL), for what happens while Cordboard is away, can’t be found out over AMI with these rights.',
    paste: {
      asterisk: [
        { file: 'cel.conf', lines: ['[general]', ...celLines] },
        {
          file: 'cel_custom.conf',
          lines: celFileLines,
          then: 'asterisk -rx "module load cel_custom.so"; asterisk -rx "module reload cel"',
        },
      ],
      freepbx: [
        { file: '/etc/asterisk/cel_general_custom.conf', lines: celLines },
        { file: '/etc/asterisk/cel_custom.conf', lines: celFileLines, then: 'asterisk -rx "module load cel_custom.so"; fwconsole reload' },
      ],
    },
  };
}
// No dateformat: seconds since 1970 are every reader's instant, a date without its zone is nobody's.
const celLines = ['enable = yes', 'apps = dial,queue,voicemail,park,pickup', 'events = ALL'];
const celFileLines = ['[mappings]', celMapping];

const outside = ({ seen }: { readonly seen: readonly string[] }): Finding =>
  seen.length > 0
    ? {
        about: 'trunks',
        state: 'good',
        says: `Taken as leading outside: ${seen.slice(0, 20).join(', ')}${seen.length > 20 ? ` and ${seen.length - 20} more` : ''}. If that is wrong, name them yourself (--trunk).`,
      }
    : {
        about: 'trunks',
        state: 'unknown',
        says: 'No endpoint is seen that leads outside. Name them yourself (--trunk), or internal and outside calls can’t be told apart.',
      };

/** The classes of `write` this login has: each that alone opens one of its actions. */
function classesOf(commands: AmiEvent): ReadonlySet<string> {
  const alone = Object.values(commands).flatMap((synopsis) => {
    const [, list = ''] = /\(Priv: ([a-z,]+)\)$/.exec(String(synopsis)) ?? [];
    const classes = list.split(',').filter((one) => one !== 'all' && one !== '');
    return classes.length === 1 ? classes : [];
  });
  return new Set(alone);
}

/** Lines of one section of a configuration file, by name. */
type Section = ReadonlyMap<string, readonly string[]>;
/** Secrets in it are not kept: what isn't read can't be shown (S2). */
async function readSection(ami: Ami, file: string, name: string): Promise<Section | undefined> {
  const answer = await unlessRefused(ami.action('GetConfig', { Filename: file, Category: name }));
  if (!answer) return undefined;
  const lines = new Map<string, string[]>();
  for (const key of Object.keys(answer).filter((one) => one.startsWith('Line-'))) {
    const [, setting = '', value = ''] = /^([^=]+)=>?\s*(.*)$/.exec(valueOf(answer, key)) ?? [];
    const known = setting.trim().toLowerCase();
    if (known !== 'secret') lines.set(known, [...(lines.get(known) ?? []), value.trim()]);
  }
  return lines;
}
/** What is refused is not there; what is never answered ends the whole. */
const unlessRefused = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof AmiTrouble && error.kind === 'refused') return undefined;
    throw error;
  });
const isYes = (value: string | undefined) => /^(?:yes|true|on|1|y|t)$/i.test(value ?? '');

/** Names of the variables told with these channels; undefined when there is no channel to tell. */
function namesIn(channels: readonly AmiEvent[]): string[] | undefined {
  if (channels.length === 0) return undefined;
  return [...new Set(channels.flatMap((channel) => valuesOf(channel, 'ChanVariable').map((one) => one.slice(0, one.indexOf('=')))))];
}

const both = (paste: Paste): { asterisk: readonly Paste[]; freepbx: readonly Paste[] } => ({ asterisk: [paste], freepbx: [paste] });
function loginPaste(user: string) {
  const lines = [
    `[${user}]`,
    'secret = …              ; the one you give Cordboard; `openssl rand -hex 24` makes one',
    'deny = 0.0.0.0/0.0.0.0',
    'permit = …/255.255.255.255   ; the address of the machine Cordboard runs on',
    usualLogin,
    usualWrite,
  ];
  return {
    asterisk: [{ file: 'manager.conf', lines, then: 'asterisk -rx "manager reload"' }],
    freepbx: [{ file: '/etc/asterisk/manager_custom.conf', lines, then: 'asterisk -rx "manager reload"' }],
  };
}
function generalPaste(names: readonly string[]) {
  const lines = ['timestampevents = yes', `channelvars = ${names.join(',')}`];
  return {
    asterisk: [{ file: 'manager.conf', lines: ['[general]', ...lines], then: 'asterisk -rx "manager reload"' }],
    freepbx: [{ file: '/etc/asterisk/manager_custom.conf', lines: ['[general](+)', ...lines], then: 'asterisk -rx "manager reload"' }],
  };
}

const marks: Readonly<Record<Finding['state'], string>> = { good: 'ok     ', lacking: 'lacks  ', dangerous: 'DANGER ', unknown: '?      ' };
/** The report, as `npm run connect` prints it: what was found, and below what to paste, each once. */
export function sayPreflight(findings: readonly Finding[], of: 'asterisk' | 'freepbx' | 'both' = 'both'): string {
  const lines = findings.map(({ state, says }) => `${marks[state]} ${says}`);
  for (const [kind, title] of [
    ['asterisk', 'Asterisk'],
    ['freepbx', 'FreePBX'],
  ] as const) {
    if (of !== 'both' && of !== kind) continue;
    const pastes = new Map<string, Paste>();
    for (const { state, paste } of findings)
      // Of two for one section the later knows more: it has the variables that are there already.
      if (state !== 'good') for (const one of paste?.[kind] ?? []) pastes.set(`${one.file}\n${one.lines[0]}`, one);
    if (pastes.size === 0) continue;
    lines.push('', `To paste, on ${title}:`);
    for (const { file, lines: pasted, then } of pastes.values())
      lines.push('', `  ${file}`, ...pasted.map((line) => `    ${line}`), ...(then === undefined ? [] : [`  then: ${then}`]));
  }
  return lines.join('\n');
}
/** Which of the two the dialplan shows; `both` where it wasn't read. */
export async function kindOfPbx(ami: Ami, commands: ReadonlySet<string>): Promise<'asterisk' | 'freepbx' | 'both'> {
  if (!commands.has('ShowDialPlan')) return 'both';
  const rows = await unlessRefused(ami.list('ShowDialPlan', { Context: 'macro-dialout-trunk' }));
  return rows && rows.length > 0 ? 'freepbx' : 'asterisk';
}
