import { sourceConformance } from '../../server/source-conformance.ts';
import { secretOf, signDelivery } from '../generic-webhook/sign.ts';
import { asterisk } from './asterisk.ts';

sourceConformance({
  source: asterisk,
  deliveries: new URL('deliveries/', import.meta.url),
  secret: secretOf(new Uint8Array(32).fill(7)),
  otherSecret: secretOf(new Uint8Array(32).fill(8)),
  sign: (body, key, deliveryId, atMs) => new Headers(signDelivery(key, deliveryId, atMs, body)),
  unheard: { version: 1, pbx: 'lab', signals: [{ Event: 'Teleported', at: 1_795_222_731_000, n: 0, call: 'lab-1795222731.0' }] },
});
