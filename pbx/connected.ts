import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Installation } from '../chaos/installation.ts';
import { until } from '../chaos/pause.ts';
import { root } from '../tools/run.ts';
import { type Owner } from './judge.ts';
import { type Lab } from './lab.ts';

const run = promisify(execFile);

/** Connects the installation with a PBX as its admin does, with the least rights. Resolves with the connection once it is listened to. */
export async function connectLab(installation: Installation, lab: Lab, port = lab.ports.ami): Promise<string> {
  const { user, secret } = lab.least;
  const command = ['tools/connect.ts', 'asterisk', '--host', '127.0.0.1', '--port', String(port), '--user', user];
  const { stdout } = await run(
    process.execPath,
    [join(root, command[0]!), ...command.slice(1), '--name', lab.systemName, '--country', 'US'],
    {
      cwd: installation.folder,
      env: { ...installation.environmentOf(), ASTERISK_SECRET: secret },
      timeout: 30_000,
    },
  );
  const connection = /\b(con_[0-9a-f]+)\b/.exec(stdout)?.[1];
  if (connection === undefined) throw new Error(`npm run connect named no connection: ${stdout.trim().split('\n').at(-1)}`);
  await isHeard(installation, connection);
  return connection;
}

/** Until some node has connected to this PBX, after what its log held already. */
export async function isHeard(installation: Installation, connection: string, since: readonly number[] = []): Promise<void> {
  await until(`somebody listens to ${connection}`, 40_000, async () => {
    const said = await Promise.all(installation.nodes.map(async (node, at) => (await installation.logOf(node)).slice(since[at] ?? 0)));
    return said.some((text) => text.split('\n').some((line) => line.includes(connection) && line.includes('asterisk.connected')));
  });
}
/** How long the logs are, for `isHeard`. */
export const logLengths = (installation: Installation): Promise<number[]> =>
  Promise.all(installation.nodes.map(async (node) => (await installation.logOf(node)).length));

/** The address and the secret of each connection, as the admin reads them. */
export async function hooksOf(
  installation: Installation,
): Promise<ReadonlyMap<string, { readonly address: string; readonly secret: string }>> {
  const { stdout } = await run(process.execPath, [join(root, 'tools/secret.ts')], {
    cwd: installation.folder,
    env: installation.environmentOf(),
    timeout: 30_000,
  });
  const hooks = new Map<string, { address: string; secret: string }>();
  for (const line of stdout.split('\n')) {
    const [, address, connection, secret] = /^(\S+\/hooks\/(\S+))\s+(whsec_\S+)/.exec(line) ?? [];
    if (address !== undefined) hooks.set(connection!, { address, secret: secret! });
  }
  return hooks;
}

/** The people of the org, as it exports them. */
export const ownersOf = async (installation: Installation): Promise<Owner[]> =>
  (await installation.exported('User')).map((user) => ({
    id: String(user['Id']),
    name: String(user['Name']),
    extension: user['Extension'] === null || user['Extension'] === undefined ? null : String(user['Extension']),
  }));
