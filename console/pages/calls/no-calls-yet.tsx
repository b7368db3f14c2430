import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useConsole, useLive } from '../../console-context.tsx';

/** What to do before the first call. */
export function NoCallsYet() {
  const { words } = useConsole();
  const { status } = useLive();
  return (
    <div className="empty">
      <h2>{words.list.emptyTitle}</h2>
      <p>{words.list.emptyTry}</p>
      {status?.connections.map(({ id, name, hookUrl }) => (
        <div key={id} className="hook">
          <p>{words.list.emptySend(name)}</p>
          <HookAddress url={hookUrl} />
        </div>
      ))}
      <a href="/docs/events">{words.list.emptyDocs}</a>
    </div>
  );
}

function HookAddress({ url }: { url: string }) {
  const { words } = useConsole();
  const [copied, setCopied] = useState(false);
  // pages that didn't come over https have no clipboard; the address can still be selected
  const clipboard = navigator.clipboard as Clipboard | undefined;
  return (
    <div className="hook-address">
      <code>POST {url}</code>
      {clipboard && (
        <Button
          className="button"
          onPress={() =>
            void clipboard.writeText(url).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          {copied ? words.list.copied : words.list.copy}
        </Button>
      )}
    </div>
  );
}
