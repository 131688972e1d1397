/** The questions of the debate that can be asked today, in its order. */
import { Q1 } from './q01.ts';
import { Q2 } from './q02.ts';
import { Q5 } from './q05.ts';
import { Q6 } from './q06.ts';
import { Q7 } from './q07.ts';
import { Q10 } from './q10.ts';
import type { Question } from './question.ts';

export const QUESTIONS: readonly Question[] = [Q1, Q2, Q5, Q6, Q7, Q10];
