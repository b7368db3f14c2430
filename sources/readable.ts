/** 2000-01-01 and 2100-01-01, in milliseconds. Outside lies a clock that was never set, or seconds sent as milliseconds. */
export const [earliestMs, latestMs] = [946_684_800_000, 4_102_444_800_000] as const;

/** PostgreSQL's text and jsonb take neither U+0000 nor half a surrogate pair; both become U+FFFD. */
export const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();
