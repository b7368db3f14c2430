/**
 * The server gives its reasons in English; this finds which sentence it is, so that the console can say it in the person's
 * language. What isn't found here is shown as it came: Salesforce's own words, or a rule of a newer server.
 */
const sentences = {
  turn: /^its turn$/,
  callEnd: /^the end of the call$/,
  observed: /^the org to go live: it is only observed$/,
  paused: /^the org to be resumed: it is paused$/,
  noAnswer: /^an answer: the last request was never answered$/,
  sending: /^the org to take it$/,
  inCrm: /^in Salesforce$/,
  inCrmWithout: /^in Salesforce; it refused (.+)$/s,
  late: /^in Salesforce; a change nobody waits for follows\b/,
  inFormerOrg: /^in the org that was connected before$/,
  forFormerOrg: /^meant for the org that was connected before$/,
  leftAlone: /^left as it is, since a person has changed it\b/,
  deleted: /^deleted in Salesforce by a person$/,
  gone: /^no longer in Salesforce, or no longer shown\b/,
  superseded: /^superseded: (.+)$/s,
  partOf: /^part of call (.+)$/s,
  undone: /^undone by (.+): policy version \d+$/s,
  internal: /^Calls between colleagues are not logged\b/,
  outOfHours: /^Out of hours \((.+)\): such calls are not logged\b/s,
  messagesOutOfHours: /^Out of hours \((.+)\): such messages are not logged\b/s,
  messagesSetting: /^Version (\d+) of the policy says not to log messages\b/,
  switchedOffFor: /^The integration is off for (.+) \(DP-05\)\.$/s,
  switchedOff: /^The integration is off \(DP-05\)\.$/,
  row: /^The row “(.+)” of version \d+ of the policy says not to log such calls\b/s,
  messagesRow: /^The row “(.+)” of version \d+ of the policy says not to log such messages\b/s,
  leftOff: /^left as it was written: (.+)$/s,
  setting: /^Version (\d+) of the policy says not to log calls of this type\b/,
} as const satisfies Record<string, RegExp>;
export type BecauseKey = keyof typeof sentences;
export const becauseKeys = Object.keys(sentences) as BecauseKey[];

export type Because = { readonly key: BecauseKey; readonly value: string } | { readonly asSaid: string };

export function readBecause(said: string): Because {
  for (const key of becauseKeys) {
    const found = sentences[key].exec(said);
    if (found) return { key, value: found[1] ?? '' };
  }
  return { asSaid: said };
}
