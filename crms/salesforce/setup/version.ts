/**
 * The version of what lies in `org/`. It stands in the help text of `Activity.Cordboard_Name__c`: a describe gives that to whoever sees the
 * field at all, while descriptions and permission sets take the right to view Setup. Raise both whenever anything in the folder changes; the
 * test knows the folder by its hash.
 */
export const currentVersion = 2;

/** The version in a help text; undefined where somebody else wrote it. */
export function versionIn(help: string | null | undefined): number | undefined {
  const found = /\(Cordboard fields, version (\d{1,6})\)/.exec(help ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
