import { useEffect } from 'react';
import { explanations } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { go, useAddress } from '../../address.tsx';
import type { Filter } from '../../live.ts';
import { addressOf } from './address-of.ts';
import { CallListPane } from './call-list-pane.tsx';
import { CallStoryPane } from './call-story-pane.tsx';
import { NewsForEars } from './news-for-ears.tsx';

/** Calls as they happen, and the story of one of them. On a narrow screen the story takes the place of the list. */
export function CallsPage({ open }: { open?: string }) {
  const { live } = useConsole();
  const { query } = useAddress();
  const find = query.get('find') ?? '';
  const explanation = explanations.find((one) => one === query.get('explanation'));

  useEffect(() => live.setFilter({ find, explanation }), [live, find, explanation]);
  useEffect(() => live.openStory(open), [live, open]);
  useEffect(() => {
    if (open === undefined) return;
    const close = (event: KeyboardEvent) => {
      // what is open above the page closes first, and Esc in a field means the field
      if (
        event.key !== 'Escape' ||
        event.defaultPrevented ||
        (event.target instanceof Element && event.target.closest('[role=dialog], input, select'))
      )
        return;
      closeStory(open, { find, explanation });
    };
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [open, find, explanation]);

  return (
    <main className={open === undefined ? 'calls' : 'calls calls-open'}>
      <CallListPane open={open} filter={{ find, explanation }} />
      <CallStoryPane id={open} onClose={() => open !== undefined && closeStory(open, { find, explanation })} />
      <NewsForEars />
    </main>
  );
}

function closeStory(id: string, filter: Filter) {
  go(addressOf(undefined, filter));
  // back to where the person was, once the list is there again
  requestAnimationFrame(() => document.getElementById(`call-${id}`)?.focus());
}
