import { appendFile, cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Judge, tokenOf } from './judge.ts';
import { casesOf } from './told-cases.ts';

const installed = fileURLToPath(new URL('node_modules', import.meta.url));
const name = 'salesforce-pubsub-api-client';

/** The client for the Pub/Sub API that npm has. It trusts only the authorities in a file of its own: the org's is added to a copy. */
export const pubSub: Judge = {
  name: 'pub-sub',
  shows: 'salesforce-pubsub-api-client hears what changes, and what it missed',
  async open(court) {
    await court.control('POST', '/__org/change-events', { objects: ['Contact'] });
    const modules = join(court.folder, 'node_modules');
    await mkdir(modules);
    for (const entry of await readdir(installed)) if (entry !== name) await symlink(join(installed, entry), join(modules, entry));
    await cp(join(installed, name), join(modules, name), { recursive: true });
    const files = await readdir(join(modules, name, 'dist'));
    for (const file of files.filter((one) => one.endsWith('.pem')))
      await appendFile(join(modules, name, 'dist', file), `\n${court.authority}\n`);
    await cp(fileURLToPath(new URL('programs/pub-sub.mjs', import.meta.url)), join(court.folder, 'pub-sub.mjs'));
    const token = await tokenOf(court);
    const order = {
      apiUrl: court.apiUrl,
      pubsub: new URL(court.pubsubTlsUrl).host,
      accessToken: token,
      organizationId: token.split('!')[0],
    };
    return casesOf(pathToFileURL(join(court.folder, 'pub-sub.mjs')), order, court.folder, 5);
  },
};
