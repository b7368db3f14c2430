import { z } from 'zod';
import { Refused } from '../../server/crm.ts';
import { signingKey } from './sign-in/assertion.ts';
import { isSafeBase } from './sign-in/token.ts';

const apiName = z.string().regex(/^[A-Za-z]\w{0,78}$/, 'must be the API name of a field, such as Cordboard_Name__c');
const clientId = z.string().trim().min(1, 'must be the consumer key of the external client app');
const clientSecret = z.string().trim().min(8, 'must be the consumer secret of the external client app');

/** How this server gets in. The secret of `jwt` is for the agents' own sign-in only; of `web` it may be missing where the app asks for none. */
const Auth = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('client-credentials'), clientId, clientSecret }),
  z.strictObject({
    by: z.literal('jwt'),
    clientId,
    clientSecret: clientSecret.optional(),
    username: z.string().trim().min(3, 'must be the user name (like an e-mail) of the user to act as'),
    privateKey: z.string().superRefine((pem, context) => {
      const key = signingKey(pem);
      if (typeof key === 'string') context.addIssue({ code: 'custom', message: key });
    }),
  }),
  z.strictObject({ by: z.literal('web'), clientId, clientSecret: clientSecret.optional() }),
]);

/** What an admin enters for one org. */
const Settings = z.strictObject({
  /** My Domain address, or a login host: the client credentials flow isn't served by login.salesforce.com (salesforce.md §1.2). */
  loginUrl: z
    .string()
    .refine(isSafeBase, 'must be the https: address of your My Domain, such as https://acme.my.salesforce.com')
    .transform((url) => new URL(url).origin),
  auth: Auth,
  /** The org that was connected first. A sign-in that leads elsewhere is refused: its records would be written into another company's. */
  orgId: z
    .string()
    .regex(/^00D\w{12,15}$/)
    .optional(),
  /** Summer '26. Salesforce keeps a version for years; a newer one needs these tests first. */
  apiVersion: z
    .string()
    .regex(/^\d{2}\.0$/, 'must look like 67.0')
    .default('67.0'),
  /** Milliseconds until an answer is given up. Salesforce itself works on a request for up to ten minutes. */
  requestLimitMs: z.number().int().min(100).max(600_000).default(120_000),
  /** Custom fields on Activity. */
  fields: z
    .strictObject({
      name: apiName.default('Cordboard_Name__c'),
      call: apiName.default('Cordboard_Call__c'),
      link: apiName.default('Cordboard_Link__c'),
      waitSeconds: apiName.default('Cordboard_Wait_Seconds__c'),
    })
    .prefault({}),
  /** API names of task statuses, where the org's own order doesn't say which ones are meant. */
  statuses: z.strictObject({ open: z.string().min(1).optional(), completed: z.string().min(1).optional() }).prefault({}),
  /** Where change events are told, or `off`. Left out: Salesforce's own address; a stand-in on this machine has to be named. */
  pubsubUrl: z
    .union([
      z.literal('off'),
      z.string().refine(isSafeBase, 'must be an https: address such as https://api.pubsub.salesforce.com:7443, or off'),
    ])
    .optional(),
});
type ShortForm = Omit<z.input<typeof Settings>, 'auth'> & { readonly clientId: string; readonly clientSecret: string };
export type SalesforceSettings = z.input<typeof Settings> | ShortForm;

/** `clientId` and `clientSecret` beside the rest stand for client credentials. */
const spellOut = (settings: unknown): unknown => {
  if (typeof settings !== 'object' || settings === null || 'auth' in settings || !('clientId' in settings)) return settings;
  const { clientId: id, clientSecret: secret, ...rest } = settings as Record<string, unknown>;
  return { ...rest, auth: { by: 'client-credentials', clientId: id, clientSecret: secret } };
};

/** All mistakes at once, without the values: some of them are secrets. */
export function readSettings(settings: unknown): z.output<typeof Settings> {
  const read = Settings.safeParse(spellOut(settings));
  if (read.success) return read.data;
  const nameOf = (path: readonly PropertyKey[]) => path.filter((part) => part !== 'auth').join('.') || 'settings';
  throw new Refused({
    mendedBy: 'admin',
    code: 'SETTINGS',
    message: read.error.issues.map(({ path, message }) => `${nameOf(path)}: ${message}`).join('; '),
    fields: read.error.issues.map(({ path }) => nameOf(path)),
  });
}
