import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../server/config.ts';
import { openDatabase } from '../server/store/database.ts';
import { loadSecretsKey, openSecrets } from '../server/store/secrets.ts';
import { realWorld } from '../server/world.ts';

const help = `npm run secret: prints each connection's address and signing secret, from the installation in the data folder.
Cordboard must be running, and this must have the same environment.\n`;

/** Whoever may read the key file and the database may read the secrets: nothing is shown that couldn't be had. */
async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  const config = readConfig(process.env, (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
  if ('mistakes' in config) throw new Error(config.mistakes.map(({ place, message }) => `${place}: ${message}`).join('\n'));
  if (config.databaseUrl === undefined && !existsSync(join(config.dataFolder, 'postgres')))
    throw new Error(`Cordboard has not been started with ${config.dataFolder}.`);
  const world = realWorld();
  const secrets = openSecrets(await loadSecretsKey(config, world), world);
  const address = config.databaseUrl
    ? { connectionString: config.databaseUrl }
    : { host: join(config.dataFolder, 'socket'), port: 5432, user: 'cordboard', database: 'cordboard' };
  const database = openDatabase(address, world, () => undefined, 1);
  try {
    const { rows } = await database.query({ text: 'select connection, name, secrets from connections order by created_at' });
    for (const row of rows) {
      const [secret] = JSON.parse(secrets.open(row.secrets, `connections ${row.connection} secrets`)) as string[];
      process.stdout.write(
        `${config.publicUrl ?? `http://${config.host}:${config.port}`}/hooks/${row.connection}  ${secret}  ${row.name}\n`,
      );
    }
  } finally {
    await database.close();
  }
  return 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  },
);
