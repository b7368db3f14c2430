import { useConsole, useLive } from '../../console-context.tsx';
import { whoOf } from './say-call.ts';

/** New calls, said politely and together: a busy line must not talk without end. */
export function NewsForEars() {
  const { words } = useConsole();
  const { news } = useLive();
  const [only] = news.lines;
  return (
    <p className="for-ears" aria-live="polite" data-testid="news">
      {news.lines.length > 1 ? words.list.newCalls(news.lines.length) : only && words.list.newCall(whoOf(only, words).who)}
    </p>
  );
}
