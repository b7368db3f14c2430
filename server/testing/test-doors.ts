import { Bell } from '../bell.ts';
import { openDoors, type RouteParts } from '../routes.ts';
import { noSetup } from './no-setup.ts';
import { noSimulator } from './no-simulator.ts';

type Needed = 'world' | 'console' | 'connect';
/** All doors, with what their test is about; the rest does nothing, and there is no recording to open. */
export const openTestDoors = (parts: Pick<RouteParts, Needed> & Partial<RouteParts>): ReturnType<typeof openDoors> =>
  openDoors({
    store: { readOrg: async () => undefined },
    publicUrl: undefined,
    secureCookies: false,
    watchToken: undefined,
    streamBell: new Bell(),
    stop: new AbortController().signal,
    receive: async () => ({ status: 202, headers: {}, body: { accepted: 'x' } }),
    sayMoment: async () => undefined,
    recordUrl: () => undefined,
    conclude: (_source, events) => events,
    standIn: async () => true,
    whyNotReady: async () => undefined,
    openApi: () => ({}),
    docsPage: { html: '', headers: {} },
    file: () => undefined,
    recordings: {} as never,
    setup: noSetup,
    simulator: noSimulator,
    alerts: { store: { list: async () => [] }, sentTo: undefined, send: undefined },
    hookUrl: () => '',
    metrics: () => ({}),
    report: () => undefined,
    ...parts,
  });
