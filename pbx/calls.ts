import { attendedTransfers } from './calls/attended-transfers.ts';
import { blindTransfers } from './calls/blind-transfers.ts';
import { callsToOneAgent } from './calls/one-agent.ts';
import { callsToQueues } from './calls/queues.ts';
import { featureCodeTransfers } from './calls/feature-codes.ts';
import { heldCalls } from './calls/hold.ts';
import { internalCalls } from './calls/internal.ts';
import { outboundCalls } from './calls/outbound.ts';
import { parkedCallsAndConferences } from './calls/parking-and-conferences.ts';
import { rush } from './calls/rush.ts';
import { type NamedCall } from './calls/named-call.ts';

/** Every call that can be placed, by its name. */
export const calls: Readonly<Record<string, NamedCall>> = {
  ...callsToOneAgent,
  ...callsToQueues,
  ...heldCalls,
  ...blindTransfers,
  ...attendedTransfers,
  ...featureCodeTransfers,
  ...parkedCallsAndConferences,
  ...outboundCalls,
  ...internalCalls,
  ...rush,
};
