import { z } from 'zod';
import { readCel } from './cel.ts';
import { isSignal, type Signal } from './hearing.ts';
import { earliestMs, latestMs, storable } from '../readable.ts';

/** A Linkedid has some 30 characters; a ChannelId that somebody chose may have 150 (AST_MAX_UNIQUEID). */
const maxIdCharacters = 500;
/** Names and numbers; nothing longer is worth keeping of one signal. */
const maxValueCharacters = 4_000;
/** More of these a person doesn't read at once. */
const mistakesShown = 5;

const value = z.string().max(maxValueCharacters).transform(storable);
const id = z.string().min(1).max(maxIdCharacters).transform(storable);
const signal = z
  .object({
    Event: z.string().min(1).max(100),
    at: z.number().min(earliestMs).max(latestMs),
    n: z.number(),
    call: id,
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .optional(),
    lineName: value.optional(),
    joins: z
      .array(z.object({ part: id, into: id, consultation: z.literal(true).optional() }))
      .max(100)
      .optional(),
  })
  .catchall(z.union([value, z.number(), z.boolean(), z.array(value).max(5_000)]));
const body = z.object({ version: z.literal(1), pbx: z.string().max(maxIdCharacters), signals: z.array(signal).max(10_000) });

/** What is read of a delivery's headers: of a file, whose it is can't be known from its lines. Country is ISO 3166, trunks are names of endpoints. */
export const headersRead = ['content-type', 'x-pbx-country', 'x-pbx-trunks'] as const;

export type ReadDelivery =
  | { readonly signals: readonly Signal[]; readonly unheard: readonly string[] }
  | {
      /** What is wrong, in sentences. */
      readonly mistakes: string;
    };

/**
 * What a delivery says: signals as JSON from whoever listens, or, as `text/csv`, the lines that Asterisk itself wrote to a file while
 * nobody listened. `unheard`: names of signals that this version doesn't know.
 */
export function readDelivery(bytes: Uint8Array, header: (name: (typeof headersRead)[number]) => string | undefined): ReadDelivery {
  const text = new TextDecoder().decode(bytes);
  if (header('content-type')?.startsWith('text/csv')) {
    const [country, trunks] = [header('x-pbx-country'), header('x-pbx-trunks')];
    const outside = trunks?.split(/[\s,]+/).filter(Boolean);
    const { signals, mistakes } = readCel(text, { ...(country && { country }), ...(outside?.length && { outside }) });
    return mistakes.length === 0 ? { signals, unheard: [] } : { mistakes: mistakes.slice(0, mistakesShown).join(' ') };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { mistakes: 'The body is not JSON. Send signals as the listener does, or lines of CEL with content-type: text/csv.' };
  }
  const read = body.safeParse(json);
  if (!read.success) {
    const places = read.error.issues
      .slice(0, mistakesShown)
      .map(({ path }) => `\`${storable(path.join('.')).replaceAll(/[\n\r{}]/g, '_') || 'body'}\``);
    return { mistakes: `These can’t be read: ${places.join(', ')}.` };
  }
  const { signals } = read.data;
  const known = signals.filter(({ Event }) => isSignal(Event)) as Signal[];
  const unheard = signals.filter(({ Event }) => !isSignal(Event)).map(({ Event }) => storable(Event));
  return { signals: known, unheard: [...new Set(unheard)] };
}
