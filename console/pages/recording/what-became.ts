import type { Recording } from '../../../wire/console.ts';
import type { Format } from '../../format.ts';
import type { Words } from '../../words/words.ts';

type Version = Recording['versions'][number];
/** Codecs no browser plays: GSM in WAV, as older PBXs record. */
const unplayable = new Set(['gsm', 'other', 'speex']);
export const canPlay = ({ codec }: Version): boolean => codec === undefined || !unplayable.has(codec);

/** Why there is nothing to hear, in a sentence or two; undefined when there is. */
export function whyNothing({ is, erasedAt, erasedBy = '' }: Version, words: Words, format: Format): string | undefined {
  if (is === 'stored') return undefined;
  if (is === 'empty') return words.recording.emptyExplained;
  const when = erasedAt === undefined ? '' : format.moment(erasedAt);
  return erasedBy === 'retention' ? words.recording.over(when) : words.recording.erased(erasedBy, when);
}
