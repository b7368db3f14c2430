import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isProfile, profiles } from './latency.ts';
import { startOrg } from './org.ts';

const help = `A stand-in Salesforce org on this machine. It holds nothing real and needs no account.

  --port <n>                API and record pages (4701; 0 = any free port)
  --control-port <n>        controls: faults, clock, log, export (4702; 0 = any free port)
  --pubsub-port <n>         change events over gRPC, plain HTTP/2 (0 = any free port, which is the default)
  --pubsub-tls-port <n>     the same over TLS; with --tls-cert and --tls-key <file>, or else with a certificate of its own making,
                            whose authority is at /__org/change-events/authority.pem of the control port
  --file <path>             SQLite file that keeps the org (.stand-in-org.sqlite; :memory: keeps nothing)
  --client-id, --client-secret   what a program signs in with (stand-in, stand-in-secret)
  --callback-url <url>      where that app may be called back after a sign-in in the browser; may be given again
  --latency <profile>       ${Object.keys(profiles).join(', ')} (none)
  --instance-url <url>      the instance_url of tokens, if not the API's own address
  --person-accounts         an org in which accounts may be persons; it stays one
  --shared-activities       an org in which a task may have several contacts; it stays one
  --without-custom-fields   an org whose admin has not deployed Cordboard's fields
`;

function portOf(text: string, flag: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`${flag} must be a port number, not "${text}".`);
  return port;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4701' },
      'control-port': { type: 'string', default: '4702' },
      'pubsub-port': { type: 'string', default: '0' },
      'pubsub-tls-port': { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      file: { type: 'string', default: '.stand-in-org.sqlite' },
      'client-id': { type: 'string', default: 'stand-in' },
      'client-secret': { type: 'string', default: 'stand-in-secret' },
      'callback-url': { type: 'string', multiple: true, default: [] },
      latency: { type: 'string', default: 'none' },
      'instance-url': { type: 'string' },
      'person-accounts': { type: 'boolean', default: false },
      'shared-activities': { type: 'boolean', default: false },
      'without-custom-fields': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const { latency, 'instance-url': instanceUrl } = values;
  if (!isProfile(latency)) throw new Error(`--latency must be one of ${Object.keys(profiles).join(', ')}, not "${latency}".`);
  const { 'pubsub-tls-port': tlsPort, 'tls-cert': cert, 'tls-key': key } = values;
  if ((cert === undefined) !== (key === undefined)) throw new Error('--tls-cert and --tls-key go together.');
  const org = await startOrg({
    file: values.file,
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
    callbackUrls: values['callback-url'],
    port: portOf(values.port, '--port'),
    controlPort: portOf(values['control-port'], '--control-port'),
    pubsubPort: portOf(values['pubsub-port'], '--pubsub-port'),
    ...(tlsPort === undefined && cert === undefined
      ? {}
      : {
          pubsubTls: {
            port: portOf(tlsPort ?? '0', '--pubsub-tls-port'),
            ...(cert !== undefined && key !== undefined ? { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : {}),
          },
        }),
    latency,
    personAccounts: values['person-accounts'],
    sharedActivities: values['shared-activities'],
    withoutCustomFields: values['without-custom-fields'],
    ...(instanceUrl === undefined ? {} : { instanceUrl: instanceUrl.replace(/\/+$/, '') }),
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void org.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdout.write(
    `${JSON.stringify({ listening: { api: org.apiUrl, control: org.controlUrl, pubsub: org.pubsubUrl, pubsubTls: org.pubsubTlsUrl } })}\n`,
  );
}

function plainly(cause: unknown): string {
  const { code, message, port } = cause as { code?: string; message?: string; port?: number };
  if (code === 'EADDRINUSE') return `Port ${port ?? '?'} is in use by another program. Choose another with --port or --control-port.`;
  if (code === 'EACCES') return `Port ${port ?? '?'} may not be opened by this user.`;
  if (code === 'ERR_SQLITE_ERROR')
    return `The org's file cannot be used (${message ?? ''}). Is the folder there and writable, and is no other stand-in using it?`;
  return message ?? String(cause);
}

main().catch((cause: unknown) => {
  process.stderr.write(`${plainly(cause)}\n`);
  process.exitCode = 1;
});
