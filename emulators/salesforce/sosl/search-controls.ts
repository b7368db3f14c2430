import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { turn } from '../clock.ts';
import type { OrgState } from '../org-state.ts';
import { isSearchable, phoneTokens, type SearchSettings } from './text-index.ts';

/** `/__org/search`: how the search index behaves, how far it is, and building it before somebody waits for it. */
export function searchControls(
  app: Hono<{ Bindings: HttpBindings }>,
  org: OrgState,
  bodyOf: (request: { text(): Promise<string> }) => Promise<Record<string, unknown>>,
): void {
  const told = () => ({ ...org.search.settings, index: org.search.progress() });
  app.get('/__org/search', (c) => c.json(told()));
  app.post('/__org/search', async (c) => {
    const body = await bodyOf(c.req);
    const model = phoneTokens.find((one) => one === body['phoneTokens']);
    if (body['phoneTokens'] !== undefined && !model) return c.json({ error: `phoneTokens is one of: ${phoneTokens.join(', ')}` }, 400);
    const delay = body['indexDelayMs'];
    if (delay !== undefined && (typeof delay !== 'number' || !(delay >= 0))) return c.json({ error: 'indexDelayMs must be a number' }, 400);
    const changed: Partial<SearchSettings> = {
      ...(model ? { phoneTokens: model } : {}),
      ...(delay === undefined ? {} : { indexDelayMs: delay }),
    };
    org.search.change(changed);
    if (body['build'] === true)
      for (const object of org.store.schema.objects.filter(isSearchable))
        while (org.search.catchUp(object)) {
          await turn();
          if (org.stopped) return c.json({ error: 'the org was stopped' }, 503);
        }
    await org.store.durable();
    return c.json(told());
  });
}
