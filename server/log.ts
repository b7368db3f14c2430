import type { World } from './world.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, unknown>>;
/** One wide line per step: what happened, and everything worth knowing of it. */
export type Log = Record<LogLevel, (what: string, fields?: LogFields) => void>;

const rank: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Text for people, JSON for a collector. Values are on one line whatever they hold: strangers' text must not forge a line (S3). */
export function openLog(level: LogLevel, format: 'text' | 'json', world: World, write: (line: string) => void): Log {
  const line =
    (severity: LogLevel) =>
    (what: string, fields: LogFields = {}) => {
      if (rank[severity] > rank[level]) return;
      const at = new Date(world.now()).toISOString();
      const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
      if (format === 'json')
        write(`${JSON.stringify({ at, level: severity, what, ...Object.fromEntries(given) }).replaceAll(unruly, jsonEscape)}\n`);
      else
        write(
          `${at} ${severity === 'info' ? '' : `${severity.toUpperCase()} `}${what}${given.map(([name, value]) => ` ${name}=${plain(value)}`).join('')}\n`,
        );
    };
  return { error: line('error'), warn: line('warn'), info: line('info'), debug: line('debug') };
}

/** Characters that break or reorder a line: controls, formats and the two separators. */
const unruly = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const jsonEscape = (character: string) =>
  [...Array(character.length).keys()].map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

// Control and format characters, which could break or reorder the line, are written as escapes.
const plain = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const safe = text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
    .slice(0, 500);
  return /[\s"=]/.test(safe) || safe === '' ? JSON.stringify(safe) : safe;
};
