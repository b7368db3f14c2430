import type { Secrets } from '../store/secrets.ts';

/** The settings of a connection under another seal. That it once had unique names is forgotten: uninstalled, it goes on without (W8). */
export function resealed(secrets: Pick<Secrets, 'open' | 'seal'>, sealed: string): string {
  const { form: _, ...settings } = JSON.parse(secrets.open(sealed, 'orgs crm')) as Readonly<Record<string, unknown>>;
  return secrets.seal(JSON.stringify(settings), 'orgs crm');
}
