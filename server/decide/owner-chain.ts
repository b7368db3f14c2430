/** Whoever owns a record, by what they are to the call. */
export const ownerWords = ['agent', 'first answerer', 'last answerer', 'record owner', 'senior manager', 'default owner'] as const;
export type OwnerWord = (typeof ownerWords)[number];
/** The first who is known: words, and ids of users or queues of the CRM, which have a digit where no word has one. */
export type OwnerChain = readonly string[];
export const isOwnerWord = (step: string): step is OwnerWord => (ownerWords as readonly string[]).includes(step);
