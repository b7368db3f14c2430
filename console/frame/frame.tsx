import { useEffect, useRef, type ReactNode } from 'react';
import { useConsole, useLive } from '../console-context.tsx';
import { Link } from '../address.tsx';
import { BookButton } from './book-button.tsx';
import { ConnectBanner } from './connect-banner.tsx';
import { HealthLine } from './health-line.tsx';
import { ModeButton } from './mode-button.tsx';
import { SetupLink } from './setup-link.tsx';
import { PreferencesButton } from './preferences-button.tsx';
import { StreamBanner } from './stream-banner.tsx';

/** What stands around every page: whose org, what Cordboard may do there, whether all is well. */
export function Frame({ children }: { children: ReactNode }) {
  const { live, words } = useConsole();
  const { status } = useLive();
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    void live.start();
  }, [live]);

  return (
    <div className="frame">
      <a className="skip" href="#calls">
        {words.frame.skipToCalls}
      </a>
      <header className="bar">
        <Link to="/" className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="8" />
            <circle cx="10" cy="10" r="3.2" />
            <circle cx="22" cy="22" r="3.2" />
            <path d="M13.2 10C22 10 10 22 18.8 22" />
          </svg>
          Cordboard
        </Link>
        {status && (
          <p className="org">
            <Link to="/orgs" className="org-link" title={words.orgs.title}>
              <bdi>{status.org.name}</bdi>
            </Link>
            {status.org.standIn && (
              <span className="chip chip-plain" title={words.frame.standInExplained}>
                {words.frame.standIn}
              </span>
            )}
          </p>
        )}
        <PreferencesButton />
      </header>
      <section className="strip" aria-label={words.health.title}>
        {status && <ModeButton org={status.org} />}
        <HealthLine />
        {status && <BookButton book={status.book} />}
        <SetupLink />
      </section>
      {status && <ConnectBanner org={status.org} />}
      <StreamBanner />
      {children}
    </div>
  );
}
