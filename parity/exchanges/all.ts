import type { Exchange } from '../exchange.ts';
import type { Scenes } from '../run-list.ts';
import { addresses } from './address.ts';
import { jobExchanges } from './jobs.ts';
import { many } from './many.ts';
import { questions, questionScenes } from './questions.ts';
import { records } from './records.ts';
import { signIn } from './sign-in.ts';

export const exchanges: readonly Exchange[] = [...signIn, ...addresses, ...records, ...many, ...questions, ...jobExchanges];
export const scenes: Scenes = questionScenes;
