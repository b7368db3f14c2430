import { useConsole, useLive } from '../console-context.tsx';
import { healthOf } from '../health.ts';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../address.tsx';

/** Is all well, and if not, what. A figure about calls leads to them. */
export function HealthLine() {
  const { words, format, world } = useConsole();
  const { status } = useLive();
  if (!status) return <p className="health health-unknown">{words.health.unknown}</p>;
  const items = healthOf(status, world.now(), words, format);
  const well = items.every(({ level }) => level === 'note');
  return (
    <ul className="health">
      {well && (
        <li className="health-ok">
          <Icon name="check" />
          {words.health.well}
        </li>
      )}
      {items.map(({ key, level, text, show, asSaid }) => (
        <li key={key} className={`health-${level}`}>
          {level !== 'note' && <Icon name="warn" />}
          {show ? <Link to={`/?explanation=${show}`}>{text}</Link> : <bdi {...(asSaid ? { lang: 'en' } : {})}>{text}</bdi>}
        </li>
      ))}
    </ul>
  );
}
