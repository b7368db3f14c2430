import type { WantedActivity, WantedCase } from '../crm.ts';
import type { Decision } from './decide.ts';
import { fitComment, type Line } from './fit-comment.ts';
import { cut, singleLine } from './plain-text.ts';
import { words, type Language, type Words } from './words.ts';

/** Every kind of record a call can have. */
export const roles = [
  'log',
  'review',
  'follow-up',
  'check-setup',
  'task',
  'person',
  'case',
  'opportunity',
  'campaign-member',
  'attribution',
  'reopening',
] as const;
export type Role = (typeof roles)[number];

/** What became of the record so far. `sent`: an attempt was begun, also one that was never answered. `open`: it isn't completed or closed. */
export type LastKnown = { readonly sent: boolean; readonly open: boolean; readonly touchedByHuman: boolean };
/** Why it is no longer wanted: the decision that stopped wanting it, in the language the record is written in. */
export type Because = Pick<Decision, 'verdict' | 'facts'> & {
  readonly language: Language;
  /** The call that this one is part of has a case of its own. */ readonly hasOther?: boolean;
};

export type Retraction = 'drop' | 'keep' | { readonly close: readonly string[] } | { readonly markSuperseded: readonly string[] };

type Answer = 'close' | 'mark' | 'keep';
/** What happens to a sent record of each role (docs/decisions/0010-retraction.md). What was never sent is dropped. */
const answers: Readonly<Record<Role, { readonly openUntouched: Answer; readonly openTouched: Answer; readonly completed: Answer }>> = {
  log: { openUntouched: 'close', openTouched: 'mark', completed: 'mark' },
  review: { openUntouched: 'close', openTouched: 'mark', completed: 'keep' },
  'follow-up': { openUntouched: 'close', openTouched: 'mark', completed: 'keep' },
  'check-setup': { openUntouched: 'close', openTouched: 'mark', completed: 'keep' },
  task: { openUntouched: 'close', openTouched: 'mark', completed: 'keep' },
  person: { openUntouched: 'keep', openTouched: 'keep', completed: 'keep' },
  // somebody may be at work on it already, and closing one tells the customer
  case: { openUntouched: 'keep', openTouched: 'keep', completed: 'keep' },
  opportunity: { openUntouched: 'keep', openTouched: 'keep', completed: 'keep' },
  'campaign-member': { openUntouched: 'keep', openTouched: 'keep', completed: 'keep' },
  attribution: { openUntouched: 'keep', openTouched: 'keep', completed: 'keep' },
  reopening: { openUntouched: 'keep', openTouched: 'keep', completed: 'keep' },
};

/** What to do with a record that is no longer wanted (D2). */
export function retract(role: Role, last: LastKnown, because: Because): Retraction {
  if (!last.sent) return 'drop';
  if (because.verdict.is === 'waiting') return 'keep'; // the call isn't settled; its end will want the record again, or not
  // nothing goes out while it is off, and whoever asks for what was kept finds the record as it was (DP-05)
  if (because.verdict.is === 'skipped' && because.verdict.rule === 'switched off') return 'keep';
  if (last.touchedByHuman && because.verdict.is === 'skipped' && because.verdict.undone) return 'keep'; // W9 undoes our own work only
  // two cases would be worked on for one conversation: this one says which of them it isn't
  const isDouble = role === 'case' && because.verdict.is === 'part-of' && because.hasOther === true;
  const answer = isDouble ? 'mark' : answers[role][!last.open ? 'completed' : last.touchedByHuman ? 'openTouched' : 'openUntouched'];
  if (answer === 'keep') return 'keep';
  const say = words[because.language];
  const lines = [`${say.superseded}${say.colon}${reasonInWords(because, say)}`];
  return answer === 'close' ? { close: lines } : { markSuperseded: lines };
}

/** The activity as it should stand once retracted: the reason comes first, all else stays as last wanted. Twice is once. */
export function retractActivity(last: WantedActivity, retraction: Exclude<Retraction, 'drop'>, language: Language): WantedActivity {
  if (retraction === 'keep') return last;
  const reason = 'close' in retraction ? retraction.close : retraction.markSuperseded;
  const fresh = reason.filter((line) => !last.system.includes(line));
  const lines: Line[] = [
    ...fresh.map((text): Line => ({ text, keep: 'link' })),
    ...last.system.map((text): Line => ({ text, keep: text.includes('https://') ? 'link' : 'fact' })),
  ];
  const { memo, system } = fresh.length > 0 ? fitComment(last.memo, lines, words[language]) : last;
  return { ...last, status: 'close' in retraction ? 'completed' : last.status, memo, system };
}

/** A case has no lines of ours: its subject says it, where people choose what to work on. Twice is once. */
export function retractCase(last: WantedCase, retraction: Exclude<Retraction, 'drop'>): WantedCase {
  const [reason] = retraction !== 'keep' && 'markSuperseded' in retraction ? retraction.markSuperseded : [];
  if (reason === undefined || last.subject.startsWith(reason)) return last;
  return { ...last, subject: cut(`${reason} ${last.subject}`, 255) };
}

function reasonInWords({ verdict, facts }: Because, say: Words): string {
  switch (verdict.is) {
    case 'part-of':
      return say.partOf(singleLine(verdict.call));
    case 'skipped':
      if (verdict.undone) return say.undone(singleLine(verdict.undone.by), verdict.undone.policyVersion);
      return verdict.rule === 'internal call'
        ? say.internal
        : facts.type === 'messages'
          ? say.messages.notLogged
          : say.notLogged(say.outcome[facts.type]);
    case 'wants':
    case 'waiting':
      return say.noRule;
  }
}
