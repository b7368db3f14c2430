import { Button } from 'react-aria-components/Button';
import { useConsole, useLive } from '../console-context.tsx';
import { Icon } from '../parts/icon.tsx';

/** What is shown is old, since when, and what to do. The region is always there, or its news would not be read out. */
export function StreamBanner() {
  const { live, words, format } = useConsole();
  const { stream, asOfMs } = useLive();
  return (
    <div role="status" className="banner-place">
      {stream === 'broken' && (
        <div className="banner">
          <Icon name="warn" />
          <p>{words.link.broken(format.clockToSecond(new Date(asOfMs).toISOString()))}</p>
          <Button className="button" onPress={() => live.tryNow()}>
            {words.link.tryNow}
          </Button>
        </div>
      )}
    </div>
  );
}
