import type { Status } from '../../wire/console.ts';
import { Link } from '../address.tsx';
import { useConsole } from '../console-context.tsx';
import { Icon } from '../parts/icon.tsx';

/** On every page while the org lets nobody in: what is wrong, what it means, and the page where it is mended. */
export function ConnectBanner({ org }: { org: Status['org'] }) {
  const { words } = useConsole();
  if (!org.reconnect && !org.disconnected) return null;
  return (
    <div className="banner banner-bad" role="alert">
      <Icon name="warn" />
      <p>
        <strong>{org.disconnected ? words.orgs.notConnected : words.orgs.shutOut}</strong> {words.orgs.keptMeanwhile}
        {org.trouble !== undefined && (
          <>
            {' '}
            <bdi lang="en">{org.trouble}</bdi>
          </>
        )}
      </p>
      <Link to={`/orgs/${org.id}`} className="button">
        {org.disconnected ? words.orgs.connect : words.orgs.reconnect}
      </Link>
    </div>
  );
}
