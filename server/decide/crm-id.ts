import { described, type ReadValue, type SettingsReader } from './settings.ts';

/** Of a record of the CRM, as its page shows it (15 characters) and as programs are told it (three more). */
export const isCrmId = (text: string): boolean => /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(text);

/** The one with 18 characters, so that it is the same wherever it is compared: the last three say which of the others are capital letters. */
export function longId(id: string): string {
  if (id.length !== 15 || !isCrmId(id)) return id;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
  const ofFive = (five: string) => letters[[...five].reduce((sum, one, place) => sum + (/[A-Z]/.test(one) ? 2 ** place : 0), 0)];
  return `${id}${[0, 5, 10].map((from) => ofFive(id.slice(from, from + 5))).join('')}`;
}

/** The id of a user or queue. What can be none is refused at saving alone, so that what was saved before can be read (server/policy/ids.ts). */
export function crmIdIn(reader: SettingsReader): ReadValue<string> {
  const line = reader.line(64);
  return described(line.schema ?? {}, (path, value) => {
    const id = line(path, value);
    return id === undefined ? undefined : longId(id);
  });
}
