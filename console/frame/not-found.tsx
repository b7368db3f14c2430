import { useConsole } from '../console-context.tsx';
import { Link } from '../address.tsx';

export function NotFound() {
  const { words } = useConsole();
  return (
    <main className="alone">
      <h1>{words.frame.notFound}</h1>
      <Link to="/" className="button">
        {words.frame.toCalls}
      </Link>
    </main>
  );
}
