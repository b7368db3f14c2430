import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useConsole } from '../console-context.tsx';

/** Text that is to be pasted elsewhere, exactly. */
export function CopyText({ text, label }: { text: string; label?: string }) {
  const { words } = useConsole();
  const [copied, setCopied] = useState(false);
  // pages that didn't come over https have no clipboard; the text can still be selected
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const copy = () =>
    clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div className="hook-address">
      <code {...(label === undefined ? {} : { 'aria-label': `${label}: ${text}` })}>{text}</code>
      {clipboard && (
        <Button className="button" onPress={() => void copy()}>
          {copied ? words.list.copied : words.list.copy}
        </Button>
      )}
    </div>
  );
}
