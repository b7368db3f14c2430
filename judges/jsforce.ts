import { zipSync } from 'fflate';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientId, clientSecret, type Judge, tokenOf } from './judge.ts';
import { casesOf } from './told-cases.ts';

const packageXml = `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">
    <types><members>Account.Judged__c</members><name>CustomField</name></types>
    <version>66.0</version>
</Package>`;
const accountObject = `<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <fields><fullName>Judged__c</fullName><label>Judged</label><length>40</length><type>Text</type></fields>
</CustomObject>`;

/** jsforce, a client that half of all Node programs for Salesforce are made with. */
export const jsforce: Judge = {
  name: 'jsforce',
  shows: 'jsforce reads, writes, streams, searches, loads in bulk, deploys, and renews its session',
  async open(court) {
    await court.control('POST', '/__org/fields', {
      object: 'Account',
      name: 'Judge_Key__c',
      label: 'Judge Key',
      type: 'string',
      length: 40,
      externalId: true,
      unique: true,
    });
    await court.control('POST', '/__org/apps', { clientId, callbackUrls: ['http://localhost:1/callback'] });
    const { refresh_token: refreshToken } = (await court.control('POST', '/__org/refresh-token', {})) as { refresh_token: string };
    const zip = join(court.folder, 'fields.zip');
    await writeFile(zip, zipSync({ 'package.xml': Buffer.from(packageXml), 'objects/Account.object': Buffer.from(accountObject) }));
    const order = { apiUrl: court.apiUrl, clientId, clientSecret, refreshToken, accessToken: await tokenOf(court), zip };
    return casesOf(new URL('programs/jsforce.mjs', import.meta.url), order, court.folder, 20);
  },
};
