import type { Secrets } from '../store/secrets.ts';

/** The same settings of a connection under another seal. */
export const resealed = (secrets: Pick<Secrets, 'open' | 'seal'>, sealed: string): string =>
  secrets.seal(secrets.open(sealed, 'orgs crm'), 'orgs crm');
