/**
 * Where the client of a CRM keeps what a sign-in leaves behind: lost, a person must sign in again; changed by two at once, too. The server
 * keeps it sealed and lets one worker of all nodes change it at a time. What is kept is the client's own text.
 */
export interface Vault {
  /** What is kept now; undefined: nobody has signed in, or it was taken back. */
  read(): Promise<string | undefined>;
  /**
   * Runs `work` alone among all workers of all nodes, with what is kept at that moment. `store` replaces it and is durable when it resolves;
   * it may be called more than once. Resolves without running `work` when `enough` is content with what somebody else has kept meanwhile.
   * Throws `VaultTaken` when the right to change was lost, and something newer is kept.
   */
  change(
    enough: (kept: string | undefined) => boolean,
    work: (kept: string | undefined, store: (text: string) => Promise<void>) => Promise<void>,
  ): Promise<void>;
}

/** Somebody else has changed what is kept since it was read. */
export class VaultTaken extends Error {}

/** The consents that users of the CRM have lent us, for the client (DP-11). */
export interface LentConsents {
  vault(userId: string): Vault;
  /** Which of their consents is kept: another word each time they give one; undefined: none is. */
  given(userId: string): Promise<string | undefined>;
  /**
   * Why nothing is written in their name from now on; undefined: it can be again. `given`: of which consent that is said: nothing is kept of one
   * in whose place they have given another.
   */
  say(userId: string, trouble: { readonly code: string; readonly message: string } | undefined, given: string): Promise<void>;
}
