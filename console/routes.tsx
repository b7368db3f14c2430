import { lazy, type ReactNode, Suspense } from 'react';
import { CallsPage } from './pages/calls/calls-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';

const OrgsPage = lazy(async () => ({ default: (await import('./pages/orgs/orgs-page.tsx')).OrgsPage }));
const OrgPage = lazy(async () => ({ default: (await import('./pages/orgs/org-page.tsx')).OrgPage }));
const CameBackPage = lazy(async () => ({ default: (await import('./pages/orgs/came-back-page.tsx')).CameBackPage }));
const AgentPage = lazy(async () => ({ default: (await import('./pages/agent/agent-page.tsx')).AgentPage }));
const RecordingPage = lazy(async () => ({ default: (await import('./pages/recording/recording-page.tsx')).RecordingPage }));
const SetupPage = lazy(async () => ({ default: (await import('./pages/setup/setup-page.tsx')).SetupPage }));
const later = (page: ReactNode) => <Suspense>{page}</Suspense>;

/** Every page by its address. `:id` takes one part of the path. `open`: shown without a session. */
const routes: readonly Route[] = [
  { path: '/', page: () => <CallsPage /> },
  { path: '/calls/:id', page: ({ id }) => <CallsPage open={id} /> },
  { path: '/recordings/:id', page: ({ id }) => later(<RecordingPage id={id} />) },
  { path: '/orgs', page: () => later(<OrgsPage />) },
  { path: '/orgs/:id', page: ({ id }) => later(<OrgPage key={id} id={id} />) },
  { path: '/signed-in', page: () => later(<CameBackPage />), open: true },
  { path: '/agent/:id', page: ({ id }) => later(<AgentPage uid={id} />), open: true },
  { path: '/setup', page: () => later(<SetupPage />) },
  { path: '/sign-in', page: () => <SignInPage />, open: true },
];
export type Route = { readonly path: string; readonly page: (parts: { readonly id: string }) => ReactNode; readonly open?: true };

export function findRoute(path: string): { route: Route; id: string } | undefined {
  for (const route of routes) {
    const found = new RegExp(`^${route.path.replace(':id', '([^/]+)')}/?$`).exec(path);
    if (found) return { route, id: decodeURIComponent(found[1] ?? '') };
  }
  return undefined;
}
