import type { Making } from './policy.ts';
import type { ReadValue, SettingsReader } from './settings.ts';

const loggings = ['per conversation and day', 'per message', 'not at all'] as const;
/** What becomes of text messages (AC-38). */
export type MessageRules = {
  /** One task for each message, or one for a conversation's day, by the clock of its line. */
  readonly log: (typeof loggings)[number];
  /** What is made of a stranger who writes, or is written to. */
  readonly create: Making;
};
/** One for each day saves the API; nobody is made unless somebody said so (AC-38, ruling). */
export const defaultMessages: MessageRules = { log: 'per conversation and day', create: 'nothing' };

export const messagesReader = (reader: SettingsReader, makings: readonly Making[]): ReadValue<Partial<MessageRules>> =>
  reader.object<MessageRules>({ log: reader.oneOf(loggings), create: reader.oneOf(makings) });
