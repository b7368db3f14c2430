import type { Question } from '../question.ts';
import type { Scenes } from '../run-list.ts';
import { addresses } from './address.ts';
import { jobQuestions } from './jobs.ts';
import { many } from './many.ts';
import { reads, readScenes } from './reads.ts';
import { records } from './records.ts';
import { signIn } from './sign-in.ts';

export const questions: readonly Question[] = [...signIn, ...addresses, ...records, ...many, ...reads, ...jobQuestions];
export const scenes: Scenes = readScenes;
