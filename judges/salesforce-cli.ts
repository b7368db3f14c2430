import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectLike, type Judge, runProgram, tokenOf } from './judge.ts';

const cli = fileURLToPath(new URL('node_modules/@salesforce/cli/bin/run.js', import.meta.url));
/** What Cordboard installs in an org, as a source-format project. */
const project = fileURLToPath(new URL('../crms/salesforce/org', import.meta.url));
const username = 'integration.user@acme.example';

type Reply = { readonly status: number; readonly result: unknown; readonly name?: string; readonly message?: string };

/** The Salesforce CLI as npm has it: signs in three ways, deploys our metadata both ways, and works with records. */
export const salesforceCli: Judge = {
  name: 'salesforce-cli',
  shows: 'the Salesforce CLI signs in, deploys our metadata, and works with records',
  async open(court) {
    const home = join(court.folder, 'home');
    const programs = join(court.folder, 'bin');
    await Promise.all([mkdir(home), mkdir(programs)]);
    await cp(project, join(court.folder, 'project'), { recursive: true });
    const cwd = join(court.folder, 'project');
    const env = {
      HOME: home,
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
      SF_DISABLE_TELEMETRY: 'true',
      SF_AUTOUPDATE_DISABLE: 'true',
      SF_SKIP_NEW_VERSION_CHECK: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
      SF_ORG_API_VERSION: '66.0',
      SF_ORG_MAX_QUERY_LIMIT: '10000',
    };
    /** One command; what it answered with `--json`. */
    const sf = async (
      line: string,
      more: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
    ): Promise<Reply> => {
      const ended = await runProgram([cli, ...line.split(' '), ...(more.args ?? []), '--json'], { cwd, env: { ...env, ...more.env } });
      const text = ended.stdout.slice(ended.stdout.indexOf('{'));
      try {
        return JSON.parse(text) as Reply;
      } catch {
        throw new Error(`sf ${line} ended with ${ended.code} and said ${(ended.stdout + ended.stderr).trim().slice(0, 500)}`);
      }
    };
    const works = async (line: string, should: unknown, more?: Parameters<typeof sf>[1]): Promise<unknown> => {
      const reply = await sf(line, more);
      if (reply.status !== 0) throw new Error(`sf ${line}: ${reply.name ?? reply.status}: ${reply.message?.slice(0, 600) ?? ''}`);
      expectLike(reply.result, should, `sf ${line}`);
      return reply.result;
    };
    const recordId = (result: unknown) => (result as { id: string }).id;
    const key = `judge-${'k'.repeat(20)}`;
    let leadId = '';

    return [
      {
        name: 'sign in by an access token',
        async run() {
          const token = await tokenOf(court);
          await works(
            `org login access-token --instance-url ${court.apiUrl} --no-prompt --alias by-token`,
            { orgId: /^00D/, instanceUrl: /^http/ },
            { env: { SF_ACCESS_TOKEN: token } },
          );
          await works('org display -o by-token', { connectedStatus: 'Connected', username });
        },
      },
      {
        name: 'sign in by JWT',
        async run() {
          execFileSync(
            'openssl',
            [
              'req',
              '-x509',
              '-newkey',
              'rsa:2048',
              '-nodes',
              '-keyout',
              join(court.folder, 'jwt.key'),
              '-out',
              join(court.folder, 'jwt.crt'),
              '-days',
              '2',
              '-subj',
              '/CN=judge',
            ],
            { stdio: 'ignore' },
          );
          await court.control('POST', '/__org/apps', {
            clientId: 'jwt-app',
            certificate: await readFile(join(court.folder, 'jwt.crt'), 'utf8'),
            permittedUsers: 'AdminApprovedPreAuthorized',
            approvedUsers: [username],
          });
          await works(
            `org login jwt --client-id jwt-app --jwt-key-file ${join(court.folder, 'jwt.key')} --username ${username} --instance-url ${court.apiUrl} --alias by-jwt --set-default`,
            { orgId: /^00D/, username },
          );
          await works('org display', { connectedStatus: 'Connected', username });
        },
      },
      {
        name: 'sign in on the web, with PKCE',
        async run() {
          // What a person would do in the browser: the consent is given by the control port, the redirects are followed.
          await court.control('POST', '/__org/consent', { user: username });
          const browser = join(programs, 'firefox');
          await writeFile(browser, '#!/bin/sh\nfor last; do :; done\ncurl -sL "$last" >/dev/null 2>&1 &\n');
          await chmod(browser, 0o755);
          await works(`org login web --instance-url ${court.apiUrl} --browser firefox --alias by-web`, { orgId: /^00D/, username });
          await works('org display -o by-web', { connectedStatus: 'Connected' });
        },
      },
      {
        name: 'deploy our metadata by SOAP',
        async run() {
          const result = await works('project deploy start --source-dir force-app', {
            status: 'Succeeded',
            success: true,
            numberComponentErrors: 0,
          });
          expectLike((result as { files: unknown[] }).files.length > 8, true, 'as many files as we have');
        },
      },
      {
        name: 'a field nobody was given is not described',
        async run() {
          const described = (await works('sobject describe --sobject Task', { name: 'Task' })) as { fields: { name: string }[] };
          expectLike(
            described.fields.some(({ name }) => name === 'Cordboard_Name__c'),
            false,
            'the field before the permission set is assigned',
          );
        },
      },
      {
        name: 'assign the permission set',
        run: async () => void (await works('org assign permset --name Cordboard', { failures: [], successes: [{ value: 'Cordboard' }] })),
      },
      {
        name: 'describe shows the field, unique and an external id',
        async run() {
          const described = (await works('sobject describe --sobject Task', { name: 'Task' })) as { fields: { name: string }[] };
          expectLike(
            described.fields.find(({ name }) => name === 'Cordboard_Name__c'),
            { externalId: true, unique: true, length: 64, type: 'string', custom: true },
          );
          await works('sobject list --sobject all', {});
        },
      },
      {
        name: 'deploy our metadata by REST, once more',
        run: async () =>
          void (await works(
            'project deploy start --source-dir force-app',
            { status: 'Succeeded', success: true, numberComponentErrors: 0 },
            { env: { SF_ORG_METADATA_REST_DEPLOY: 'true' } },
          )),
      },
      {
        name: 'validate, then deploy what was validated',
        async run() {
          await works('project deploy validate --source-dir force-app', { status: 'Succeeded', checkOnly: true });
          await works('project deploy quick --use-most-recent', { status: 'Succeeded', checkOnly: false });
        },
      },
      {
        name: 'create, get and update a record',
        async run() {
          leadId = recordId(
            await works(
              'data create record --sobject Lead',
              { success: true, id: /^00Q/ },
              { args: ['--values', "LastName='Nowak' Company='Acme' Phone='+48 601 234 567'"] },
            ),
          );
          await works(`data get record --sobject Lead --record-id ${leadId}`, { LastName: 'Nowak', Status: /./, Phone: '+48 601 234 567' });
          await works(
            `data update record --sobject Lead --record-id ${leadId}`,
            { success: true },
            { args: ['--values', "FirstName='Anna'"] },
          );
          await works('data get record --sobject Lead', { Id: leadId, FirstName: 'Anna' }, { args: ['--where', "LastName='Nowak'"] });
        },
      },
      {
        name: 'what is wrong is told in the words of the org',
        async run() {
          const reply = await sf('data create record --sobject Lead', {
            args: ['--values', "LastName='Nowak' Company='Acme' Nothing__c='1'"],
          });
          expectLike(
            { status: reply.status, text: `${reply.name} ${reply.message}` },
            { status: 1, text: /INVALID_FIELD|No such column 'Nothing__c'/ },
          );
        },
      },
      {
        name: 'query, with what each column is',
        async run() {
          await works(
            'data query',
            { totalSize: 1, done: true, records: [{ Id: leadId, Name: 'Anna Nowak', Owner: { Name: /./ } }] },
            { args: ['-q', `SELECT Id, Name, Owner.Name FROM Lead WHERE Id = '${leadId}'`] },
          );
          const table = await runProgram(
            [cli, 'data', 'query', '-q', 'SELECT Name, Phone, Owner.Name FROM Lead ORDER BY CreatedDate DESC LIMIT 2'],
            { cwd, env },
          );
          expectLike(`${table.stdout}`, /Anna Nowak/, 'the table');
          const csv = await runProgram([cli, 'data', 'query', '-q', 'SELECT COUNT(Id), Status FROM Lead GROUP BY Status', '-r', 'csv'], {
            cwd,
            env,
          });
          expectLike(csv.stdout, /^count\(Id\),Status\n\d+,\w/i, 'the CSV');
        },
      },
      {
        name: 'search for a number',
        run: async () =>
          void (await works(
            'data search',
            { searchRecords: [{ Id: leadId }] },
            { args: ['-q', 'FIND {601234567 OR 48601234567} IN PHONE FIELDS RETURNING Lead(Id, Name)'] },
          )),
      },
      {
        name: 'upsert by our key, from a file, in bulk',
        async run() {
          await writeFile(
            join(cwd, 'tasks.csv'),
            `Cordboard_Name__c,Subject,Status\n${key},Call,Completed\n${key}-2,"Call, with a comma",Not Started\n`,
          );
          for (const round of ['first', 'second'])
            await works('data upsert bulk --sobject Task --external-id Cordboard_Name__c --file tasks.csv --wait 5 --line-ending LF', {
              jobInfo: { state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 },
            }).catch((error: unknown) => {
              throw new Error(`${round} time: ${(error as Error).message}`);
            });
          await works(
            'data query',
            { totalSize: 2, records: [{ Subject: 'Call, with a comma' }, { Subject: 'Call' }] },
            { args: ['-q', 'SELECT Subject FROM Task WHERE Cordboard_Name__c != null ORDER BY Subject DESC'] },
          );
        },
      },
      {
        name: 'upsert by Bulk API 1.0',
        async run() {
          const [info] = (await works('force data bulk upsert --sobject Task --external-id Cordboard_Name__c --file tasks.csv', [
            { jobId: /^750/, id: /^751/ },
          ])) as { jobId: string; id: string }[];
          await works(`force data bulk status --job-id ${info?.jobId} --batch-id ${info?.id}`, [
            { state: /^(?:Queued|InProgress|Completed)$/, numberRecordsFailed: '0' },
          ]);
        },
      },
      {
        name: 'query in bulk',
        run: async () =>
          void (await works(
            'data export bulk --output-file out.json --result-format json --wait 5',
            {},
            { args: ['-q', 'SELECT Id, Subject FROM Task'] },
          )),
      },
      {
        name: 'import a tree',
        async run() {
          const tree = {
            records: [
              {
                attributes: { type: 'Account', referenceId: 'acme' },
                Name: 'Tree Example',
                Phone: '+48223071234',
                Contacts: {
                  records: [{ attributes: { type: 'Contact', referenceId: 'anna' }, LastName: 'Tree', MobilePhone: '601 234 567' }],
                },
              },
            ],
          };
          await writeFile(join(cwd, 'tree.json'), JSON.stringify(tree));
          await works('data import tree --files tree.json', [
            { refId: 'acme', type: 'Account', id: /^001/ },
            { refId: 'anna', type: 'Contact', id: /^003/ },
          ]);
          await works(
            'data query',
            { records: [{ Contacts: { totalSize: 1, records: [{ LastName: 'Tree' }] } }] },
            { args: ['-q', "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Tree Example'"] },
          );
        },
      },
      {
        name: 'export a tree with its plan, and import it again',
        async run() {
          // The same people once more: the duplicate rules of a new org would say no, as they should.
          for (const object of ['Account', 'Contact']) await court.control('POST', '/__org/duplicate-rules', { object, active: false });
          await works(
            'data export tree --plan --output-dir tree',
            {},
            {
              args: ['-q', "SELECT Id, Name, Phone, (SELECT LastName, MobilePhone FROM Contacts) FROM Account WHERE Name = 'Tree Example'"],
            },
          );
          await works('data import tree --plan tree/Account-Contact-plan.json', [
            { refId: 'AccountRef1', type: 'Account', id: /^001/ },
            { refId: 'ContactRef1', type: 'Contact', id: /^003/ },
          ]);
        },
      },
      {
        name: 'delete, and it is gone',
        async run() {
          await works(`data delete record --sobject Lead --record-id ${leadId}`, { success: true });
          const reply = await sf(`data get record --sobject Lead --record-id ${leadId}`);
          expectLike(
            { status: reply.status, text: `${reply.name} ${reply.message}` },
            { status: 1, text: /ENTITY_IS_DELETED|entity is deleted|NOT_FOUND|does not exist|No matching record/i },
          );
        },
      },
      {
        name: 'limits',
        run: async () =>
          void expectLike(
            ((await works('org list limits', {})) as { name: string }[]).some(({ name }) => name === 'DailyApiRequests'),
            true,
          ),
      },
      {
        name: 'count records',
        run: async () => void (await works('org list sobject record-counts --sobject Task', [{ name: 'Task', count: 2 }])),
      },
      { name: 'open', run: async () => void (await works('org open --url-only', { url: /^http/, username })) },
      {
        name: 'list the types of metadata',
        run: async () =>
          void expectLike(
            ((await works('org list metadata-types', {})) as { metadataObjects: { xmlName: string }[] }).metadataObjects.some(
              ({ xmlName }) => xmlName === 'CustomObject',
            ),
            true,
          ),
      },
      {
        name: 'retrieve what was deployed',
        async run() {
          await works(
            'project retrieve start',
            { success: true },
            { args: ['--metadata', 'PermissionSet:Cordboard', '--metadata', 'CustomField:Activity.Cordboard_Name__c'] },
          );
          expectLike(
            await readFile(join(cwd, 'force-app/main/default/objects/Activity/fields/Cordboard_Name__c.field-meta.xml'), 'utf8'),
            /<externalId>true<\/externalId>/,
            'the field',
          );
        },
      },
      {
        name: 'delete from the org, and no longer listed',
        async run() {
          await works('project delete source --metadata PermissionSet:Cordboard --no-prompt', { status: 'Succeeded' });
          const left = (await works('org list metadata --metadata-type PermissionSet', [])) as unknown[];
          expectLike(left.length, 0);
        },
      },
      {
        name: 'any address by hand',
        run: async () =>
          void expectLike(
            (await runProgram([cli, 'api', 'request', 'rest', '/services/data/v66.0/limits'], { cwd, env })).stdout,
            /DailyApiRequests/,
            'sf api request rest',
          ),
      },
    ];
  },
};
