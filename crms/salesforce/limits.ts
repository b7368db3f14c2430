/** What `Sforce-Limit-Info` of the last answer said about the org's rolling 24 hours. */
export type Usage = { readonly used: number; readonly max: number };

/** `api-usage=18/5000; per-app-api-usage=17/250(appName=sample)`: the org's share is the one everybody starves on. */
export function readUsage(limitInfo: string | undefined): Usage | undefined {
  const found = /(?:^|[;,\s])api-usage=(\d{1,12})\/(\d{1,12})/.exec(limitInfo ?? '');
  const max = Number(found?.[2]);
  return found && max > 0 ? { used: Number(found[1]), max } : undefined;
}
