import type { Wanted } from '../crm.ts';
import type { OrgId, WriteRow } from '../store.ts';

/** A row of `writes` as PostgreSQL gives it, in our words. What is inside the JSON columns was put there by us. */
export const writeRow = (row: Record<string, unknown>): WriteRow => ({
  org: row['org'] as OrgId,
  call: row['call'] as string,
  role: row['role'] as string,
  qualifier: row['qualifier'] as string,
  name: row['name'] as string,
  wanted: row['wanted'] as Wanted,
  wantedVersion: row['wanted_version'] as number,
  policyVersion: row['policy_version'] as number,
  retracted: (row['retracted'] as string | null) ?? undefined,
  onlyUntouched: row['only_untouched'] as boolean,
  leftOut: row['left_out'] as boolean,
  state: row['state'] as WriteRow['state'],
  lane: row['lane'] as WriteRow['lane'],
  sinceMs: Number(row['since_ms']),
  dueMs: row['due_ms'] === null ? undefined : Number(row['due_ms']),
  crmId: (row['crm_id'] as string | null) ?? undefined,
  sent: row['sent'] as WriteRow['sent'],
  seen: row['seen'] as WriteRow['seen'],
  human: row['human'] as string[],
  refused: row['refused'] as WriteRow['refused'],
  ghosts: row['ghosts'] as WriteRow['ghosts'],
  attempts: row['attempts'] as number,
  setbacks: row['setbacks'] as number,
  ...((code) => (typeof code === 'string' ? { troubleCode: code } : {}))((row['trouble'] as { code?: unknown } | null)?.code),
});
