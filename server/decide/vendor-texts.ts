import type { Texts, TextTemplates } from './templates.ts';
import { type Language, words } from './words.ts';

export const vendors = ['dialpad', 'miitel', 'aircall', 'ringostat', 'fcc'] as const;
export type Vendor = (typeof vendors)[number];

/** AC-26 asks for the outcome, who it was and the line; names are not declined, so they stand apart where a language would. */
const aircallSubjects: Readonly<Record<Language, { readonly inbound: string; readonly outbound: string }>> = {
  en: { inbound: '{CALL_TYPE} call from {CUSTOMER} on {LINE_NAME}', outbound: '{CALL_TYPE} call to {CUSTOMER} on {LINE_NAME}' },
  ja: { inbound: '{CALL_TYPE} - {CUSTOMER} ({LINE_NAME})', outbound: '{CALL_TYPE} - {CUSTOMER} ({LINE_NAME})' },
  fr: { inbound: 'Appel - {CALL_TYPE} - de {CUSTOMER} sur {LINE_NAME}', outbound: 'Appel - {CALL_TYPE} - à {CUSTOMER} sur {LINE_NAME}' },
  ru: { inbound: 'Звонок - {CALL_TYPE} - {CUSTOMER}, {LINE_NAME}', outbound: 'Звонок - {CALL_TYPE} - {CUSTOMER}, {LINE_NAME}' },
  pl: { inbound: 'Połączenie - {CALL_TYPE} - {CUSTOMER}, {LINE_NAME}', outbound: 'Połączenie - {CALL_TYPE} - {CUSTOMER}, {LINE_NAME}' },
};

/** How a vendor words its tasks, as far as the requirements quote it; what they don't is the language's own. */
export function vendorTexts(vendor: Vendor, language: Language): Texts {
  const say = words[language];
  const line = (name: string, field: string) => `${name}${say.colon}{${field}}`;
  const links = [line(say.recording, 'RECORDING_URL'), line(say.voicemail, 'VOICEMAIL_URL')];
  switch (vendor) {
    case 'dialpad': // DP-49; the comment carries recordings and voicemails (DP-50), as ours does
      return { [language]: { every: { subject: say.subject } } };
    case 'miitel': // MT-35, MT-39; calls in vain apart (MT-34)
      return {
        [language]: {
          every: { comment: ['{CALL_TYPE}', ...links, '{COMMENT}'].join('\n') },
          unanswered: { comment: ['{CALL_TYPE}', line(say.waited, 'WAIT_TIME'), ...links, '{COMMENT}'].join('\n') },
        },
      };
    case 'aircall': {
      // AC-26, AC-29…32
      const comment = [line(say.waited, 'WAIT_TIME'), ...links, '{COMMENT}', line(say.tags, 'TAGS')].join('\n');
      const { inbound, outbound } = aircallSubjects[language];
      const dialled: TextTemplates = { subject: outbound };
      return {
        [language]: { every: { subject: inbound, comment }, 'outbound-answered': dialled, 'outbound-unanswered': dialled },
      };
    }
    case 'ringostat': // RS-47, RS-51: the fact of the call, and a link to the conversation
      return { [language]: { every: { comment: ['{CALL_TYPE}, {CUSTOMER}, {DURATION}', ...links].join('\n') } } };
    case 'fcc': // none is quoted
      return {};
  }
}
