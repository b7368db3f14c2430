import { Link } from '../address.tsx';
import { useConsole } from '../console-context.tsx';

/** Leads to what the org has and lacks. */
export function SetupLink() {
  const { words } = useConsole();
  return (
    <Link to="/setup" className="setup-link">
      {words.setup}
    </Link>
  );
}
