/**
 * What both sides are compared on: the operations on coherent pools. The later ones are drawn in
 * the same manner, and a second table of commands for them would measure nothing new.
 */
import type { OpName } from '../../contract/operations.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import { FIRST_OPERATIONS } from '../../contract/subject.ts';
import { carveoutSubject } from '../../sut/subject.ts';

export type FirstName = (typeof FIRST_OPERATIONS)[number];

export const FIRST: ReadonlySet<OpName> = new Set<OpName>(FIRST_OPERATIONS);

export const firstSubject: SyncSubject = { ...carveoutSubject, operations: FIRST_OPERATIONS };
