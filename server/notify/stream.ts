import type { Bell } from '../bell.ts';
import type { World } from '../world.ts';

export type StreamItem =
  | { readonly is: 'note'; readonly id: number; readonly body: unknown }
  | { readonly is: 'reset'; readonly id: number }
  | { readonly is: 'beat' };

/** How far behind a reader may be before it is told to load everything anew. */
const furthestBehind = 5_000;
const beatEveryMs = 15_000;

/**
 * What a recipient is told, from `after` on, until `stop` (E4). The counter has no holes: a missing next number means the rows
 * are trimmed, and the reader is told to load anew. Beats let both ends notice a dead connection.
 */
export async function* followStream(
  read: { after(id: number, limit: number): Promise<readonly { id: number; body: unknown }[]>; last(): Promise<number> },
  after: number | undefined,
  bell: Bell,
  world: World,
  stop: AbortSignal,
): AsyncGenerator<StreamItem> {
  const last = await read.last();
  let seen = after ?? last;
  if (seen > last || last - seen > furthestBehind) {
    seen = last;
    yield { is: 'reset', id: last };
  }
  let beatMs = world.monotonic();
  while (!stop.aborted) {
    const heard = bell.count;
    const items = await read.after(seen, 500);
    if (items[0] ? items[0].id > seen + 1 : seen < last) {
      seen = await read.last();
      yield { is: 'reset', id: seen };
      continue;
    }
    for (const { id, body } of items) yield { is: 'note', id, body };
    seen = items.at(-1)?.id ?? seen;
    if (world.monotonic() - beatMs > beatEveryMs) {
      beatMs = world.monotonic();
      yield { is: 'beat' };
    }
    if (items.length === 0) await bell.wait(heard, 1_000, world);
  }
}
