import type { Layer } from '../decide/policy.ts';
import type { LineEntry } from './directory.ts';

/**
 * What a line is mostly wanted to do where it is for the office, sales or support (DP-02): an override for `lines` in the policy. Only a start
 * for the admin, who saves it or not; no call asks what its line is for.
 */
export const suggestedFor: Readonly<Record<LineEntry['workspace'], Layer>> = {
  office: {},
  // whoever calls may buy
  sales: { stranger: { missed: 'lead', answered: 'lead', outbound: 'lead' } },
  // whoever calls has bought already
  support: { stranger: { missed: 'contact', answered: 'contact', outbound: 'nothing' } },
};
