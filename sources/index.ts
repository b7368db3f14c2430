import type { Source } from '../server/source.ts';
import { asterisk } from './asterisk/asterisk.ts';
import { genericWebhook } from './generic-webhook/generic-webhook.ts';

/** Every phone system we can hear. A new one is a folder here and a line in this list. */
export const sources: readonly Source[] = [genericWebhook, asterisk];
