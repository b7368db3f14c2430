import type { Context } from 'hono';
import type { z } from 'zod';
import { type Entry, refuse, type Visitor } from './guard.ts';

export type Ctx = Context<{ Variables: { visitor: Visitor } }>;
/** One address, who may enter, and what happens there. */
export type Door = readonly [
  method: 'get' | 'post' | 'put',
  path: string,
  entry: Entry,
  handler: (context: Ctx) => Response | Promise<Response>,
];

/** The body as this schema reads it, or the refusal that names every mistake. */
export async function parse<S extends z.ZodType>(context: Ctx, schema: S): Promise<z.output<S> | Response> {
  const body: unknown = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  return refuse(
    context,
    400,
    'malformed',
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; '),
  );
}

/** The version that what is sent rests on, as If-Match names it; `expected` undefined: whatever is there is meant. Or the refusal. */
export function readIfMatch(context: Ctx): { readonly expected: number | undefined } | Response {
  const match = context.req.header('if-match')?.trim();
  if (match === undefined || match === '*') return { expected: undefined };
  const version = /^"(\d{1,9})"$/.exec(match)?.[1];
  return version === undefined
    ? refuse(context, 400, 'malformed', 'If-Match is the version in quotes that this rests on, such as "7".')
    : { expected: Number(version) };
}
/** The ETag of a version. */
export const tagOf = (version: number): string => `"${version}"`;
