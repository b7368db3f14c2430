import { canonicalJson } from './canonical-json.ts';

/** Two decisions with the same key decided the same; only one that differs is kept. */
export const decisionKey = (
  verdict: unknown,
  wants: readonly { readonly role: string; readonly qualifier: string; readonly record: unknown }[],
  policyVersion: number,
): string => canonicalJson([verdict, wants.map(({ role, qualifier, record }) => ({ role, qualifier, record })), policyVersion]);
