import { expect, test } from 'vitest';
import { readUsage } from './limits.ts';

test.each([
  ['api-usage=18/5000', { used: 18, max: 5000 }],
  ['api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)', { used: 25, max: 5000 }],
  ['per-app-api-usage=17/250(appName=sample-app), api-usage=25/5000', { used: 25, max: 5000 }],
  ['per-app-api-usage=17/250(appName=sample-app)', undefined],
  ['api-usage=0/0', undefined],
  ['rubbish', undefined],
  [undefined, undefined],
])('Sforce-Limit-Info: %s', (header, usage) => expect(readUsage(header)).toEqual(usage));
