import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Is this E.164 number surely a mobile one? Where a country's plan doesn't tell, as in North America, it isn't. */
export const isMobile = (number: string): boolean => parsePhoneNumberFromString(number)?.getType() === 'MOBILE';
