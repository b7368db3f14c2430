import { useConsole } from '../console-context.tsx';
import { Icon } from './icon.tsx';

/** Addresses come with data. Only https is followed, and the stand-in org on this machine (S3). */
export function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}

/** A record in the org, in a tab of its own. */
export function RecordLink({ url, children }: { url: string; children: string }) {
  const { words } = useConsole();
  if (!isSafeAddress(url)) return <bdi className="address">{url}</bdi>;
  return (
    <a className="record-link" href={url} target="_blank" rel="noopener noreferrer">
      {children}
      <span className="for-ears"> ({words.frame.opensNewTab})</span>
      <Icon name="away" />
    </a>
  );
}
