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
