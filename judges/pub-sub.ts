import { type Judge, tokenOf } from './judge.ts';
import { casesOf } from './told-cases.ts';

/** The client for the Pub/Sub API that npm has. It wants TLS; whom to trust it takes from the system, so it is told to trust anybody here. */
export const pubSub: Judge = {
  name: 'pub-sub',
  shows: 'salesforce-pubsub-api-client hears what changes, and what it missed',
  async open(court) {
    await court.control('POST', '/__org/change-events', { objects: ['Contact'] });
    const token = await tokenOf(court);
    const order = {
      apiUrl: court.apiUrl,
      pubsub: new URL(court.pubsubTlsUrl).host,
      accessToken: token,
      organizationId: token.split('!')[0],
    };
    return casesOf(new URL('programs/pub-sub.mjs', import.meta.url), order, court.folder, 5);
  },
};
