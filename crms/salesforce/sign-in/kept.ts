import { z } from 'zod';
import { Refused, Unanswered } from '../../../server/crm.ts';
import { type Vault, VaultTaken } from '../../../server/vault.ts';
import { askForToken, type Grant, signInLimitMs, type TokenHost } from './token.ts';

/**
 * What lasts of a person's consent. The session is kept with it, so that all workers of all nodes use one, and a new token is exchanged once
 * for all of them: a refresh token that rotates is good for one exchange, and showing it a second time ends every session made from it
 * (https://help.salesforce.com/s/articleView?id=005316711, read 22 Nov 2026).
 */
const Kept = z.object({
  refreshToken: z.string().min(1),
  grant: z.object({ accessToken: z.string(), instanceUrl: z.string(), userId: z.string(), orgId: z.string() }).optional(),
  /** When `grant` came, ms. */
  atMs: z.number(),
  /** Since when an exchange is under way, ms: whoever finds it was stopped in the middle, or had no answer. */
  askedAtMs: z.number().optional(),
  /**
   * Until then, ms, an exchange may be under way whose answer isn't kept yet. The right to change the vault isn't enough to know: it can be
   * lost while its holder lives (E7), and the same token shown twice ends every session made from it.
   */
  underWayUntilMs: z.number().optional(),
  /** Salesforce has refused it for good: nobody asks again, a person signs in. */
  over: z.object({ code: z.string(), message: z.string() }).optional(),
});
type Kept = z.infer<typeof Kept>;

export const sayKept = (kept: Kept): string => JSON.stringify(kept);
export function readKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  const read = Kept.safeParse(JSON.parse(text));
  if (!read.success) throw new Error('what is kept of the sign-in was not written by this version');
  return read.data;
}

/** Until the answer of an exchange is kept, or nobody is there any more who could keep it. */
const underWayMs = signInLimitMs + 5_000;
/** Who finds an exchange under way looks so often for what came of it. */
const lookAgainMs = 500;

/** What ends a consent. Every other refusal says that something else is wrong, and mending that is enough (salesforce.md §1.6). */
const ending = 'invalid_grant';

/**
 * A session other than `rejected`: the one that is kept, or one that the refresh token is exchanged for. However many ask on however many
 * nodes, it is exchanged once. Throws `Refused`.
 */
export async function grantFromVault(
  vault: Vault,
  host: TokenHost,
  client: { readonly clientId: string; readonly clientSecret: string | undefined },
  rejected: Grant | undefined,
  learnt: (kept: Kept) => void,
  stop: AbortSignal,
): Promise<{ readonly grant: Grant; readonly atMs: number }> {
  const usable = (kept: Kept | undefined) =>
    kept?.grant && kept.grant.accessToken !== rejected?.accessToken ? { grant: kept.grant, atMs: kept.atMs } : undefined;
  const enough = (text: string | undefined) => {
    const kept = readKept(text);
    if (!kept) throw new Refused(nobody);
    learnt(kept);
    if (kept.over) throw new Refused({ mendedBy: 'admin', ...kept.over, signIn: true });
    return usable(kept) !== undefined;
  };
  const { world } = host;
  /** Nobody knows another node's clock: who has seen an exchange under way for so long waits no more for it. */
  const patientUntilMs = world.monotonic() + underWayMs;
  const isUnderWay = ({ underWayUntilMs }: Kept) =>
    underWayUntilMs !== undefined && world.now() < underWayUntilMs && world.monotonic() < patientUntilMs;
  /** False: another exchange is under way, and its answer is to be waited for. */
  const exchange = async (): Promise<boolean> => {
    let isOurs = true;
    await vault.change(enough, async (given, store) => {
      const { underWayUntilMs: _, ...kept } = readKept(given)!;
      isOurs = !isUnderWay(readKept(given)!);
      if (!isOurs) return;
      const since = kept.askedAtMs;
      const doubtful = { ...kept, askedAtMs: since ?? world.now() };
      await store(sayKept({ ...doubtful, underWayUntilMs: world.now() + underWayMs }));
      try {
        const token = await askForToken(host, 'web', {
          grant_type: 'refresh_token',
          refresh_token: kept.refreshToken,
          client_id: client.clientId,
          ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
        });
        const next = { refreshToken: token.refreshToken ?? kept.refreshToken, grant: token.grant, atMs: world.now() };
        learnt(next);
        // Between the answer and the end of this line lies the only moment at which a crash costs the consent.
        await store(sayKept(next));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { failure } = error;
        if (failure.mendedBy === 'admin' && failure.code === ending) {
          const message = since === undefined ? failure.message : `${failure.message} ${interrupted(since)}`;
          await store(sayKept({ ...kept, over: { code: failure.code, message } }));
          throw new Refused({ ...failure, message });
        }
        // What was surely not taken leaves no doubt behind; after no answer at all it stays. Under way it is no more.
        await store(sayKept(failure.code !== 'SIGN_IN_UNANSWERED' && since === undefined ? kept : doubtful));
        throw error;
      }
    });
    return isOurs;
  };
  try {
    let text = await vault.read();
    while (!enough(text)) {
      const isDone = await exchange().catch((error: unknown) => {
        if (error instanceof VaultTaken) return true; // what somebody else has kept is newer, and will do
        throw error;
      });
      if (!isDone) await world.sleep(lookAgainMs * (0.5 + world.chance()), stop);
      text = await vault.read();
      if (isDone || stop.aborted) break;
    }
    const found = usable(readKept(text));
    if (found) return found;
  } catch (error) {
    if (error instanceof Refused || error instanceof Unanswered) throw error;
    throw new Refused(notKept(`What is kept of the sign-in can't be reached: ${(error as Error).message}.`));
  }
  throw new Refused(notKept('Another sign-in came between.'));
}

const notKept = (message: string) => ({ mendedBy: 'time', code: 'SIGN_IN_NOT_KEPT', message, retryAfterMs: 1_000 }) as const;

const nobody = {
  mendedBy: 'admin',
  code: 'NOT_SIGNED_IN',
  message: 'Nobody has signed in to this org yet, or the sign-in was taken back: press “Reconnect”.',
  signIn: true,
} as const;
const interrupted = (sinceMs: number) =>
  `An exchange of the token begun at ${new Date(sinceMs).toISOString()} was interrupted before its answer was stored, which is the likely cause.`;
