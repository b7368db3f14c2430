import { Link } from '../address.tsx';
import { useSetupWords } from '../pages/setup/use-setup-words.ts';

/** Leads to what the org has and lacks. */
export function SetupLink() {
  const words = useSetupWords();
  return (
    words && (
      <Link to="/setup" className="setup-link">
        {words.title}
      </Link>
    )
  );
}
