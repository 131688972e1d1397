/**
 * Goal: the answers are measured. Method: the questions put to the built-in subject, which has the
 * defects of Linux repaired, and to subjects that lie; what Linux answers is in the README, which
 * is compared with what the command says.
 */
import { describe, expect, test } from 'vitest';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failed, OK } from '../../contract/outcome.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import { Desk } from '../../questions/desk.ts';
import { Q1 } from '../../questions/q01.ts';
import { Q2 } from '../../questions/q02.ts';
import { Q5 } from '../../questions/q05.ts';
import { Q6 } from '../../questions/q06.ts';
import { Q7 } from '../../questions/q07.ts';
import { Q10 } from '../../questions/q10.ts';
import type { Question } from '../../questions/question.ts';
import { QUESTIONS } from '../../questions/questions.ts';
import { carveoutSubject } from '../../sut/subject.ts';

function ask(question: Question, subject: SyncSubject = carveoutSubject, isLinux = false) {
  const desk = new Desk(subject, isLinux);
  const findings = question.ask(desk, 'a test');
  return { desk, said: findings.map(({ policy, measured }) => `${policy} ${measured}`) };
}

describe('with the defects of Linux repaired', () => {
  test('Q1: who reaches a pool gets a correct mapping, the others none', () => {
    const { desk, said } = ask(Q1);
    expect(said).toEqual([
      'P0 correct 72, astray 48',
      'P1f correct 72, -ENOMEM 48',
      'P5 correct 72, -EBUSY 48',
    ]);
    expect(desk.broken).toEqual([]);
    expect(desk.programs).toBe(120 + 120 + 72);
  });

  test('Q2: what has to bounce is refused, unless it were ordinary memory', () => {
    const { desk, said } = ask(Q2);
    expect(said).toEqual([
      'P0 correct 12, astray 36',
      'P1f -ENOMEM 60',
      'P1f correct 30, -ENOMEM 30',
      'P5 -EBUSY 60',
    ]);
    expect(desk.broken).toEqual([]);
  });

  test('Q10: windows decide', () => {
    const { desk, said } = ask(Q10);
    expect(said).toEqual([
      'P0 correct 12, astray 12',
      'P1f correct 24, -ENOMEM 12',
      'P1f -ENOMEM 3',
      'P5 correct 24, -EBUSY 12',
      'P5 -EBUSY 3',
    ]);
    expect(desk.broken).toEqual([]);
  });
});

test('all that can be asked today are asked, in the order of the debate', () => {
  expect(QUESTIONS).toEqual([Q1, Q2, Q5, Q6, Q7, Q10]);
  expect(QUESTIONS.map(({ id }) => id)).toEqual(['Q1', 'Q2', 'Q5', 'Q6', 'Q7', 'Q10']);
});

/** The built-in subject, but for what `lie` answers instead. */
function lying(lie: (op: Op, asked: () => Outcome) => Outcome): SyncSubject {
  const boot: SyncSubject['boot'] = (machine) => {
    const session = carveoutSubject.boot(machine);
    const { booted } = session;
    return { booted, apply: (op) => lie(op, () => session.apply(op)) };
  };
  return { ...carveoutSubject, boot };
}

describe('a subject', () => {
  test('that refuses what it could map has other answers, and breaks a law', () => {
    const { desk, said } = ask(
      Q10,
      lying((op, asked) => (op.op === 'map_sgtable' ? failed('EIO') : asked())),
    );
    expect(said[1]).toBe('P1f wrong 24, -ENOMEM 12');
    expect(desk.broken.map(({ failure }) => failure.violation.law)).toContain('map/complete');
    expect(desk.broken[0]?.scenario).toContain('map_sgtable dw t1');
  });

  test('that loses what a device writes has wrong bytes', () => {
    const { desk, said } = ask(
      Q10,
      lying((op, asked) => (op.op === 'mapped_write' ? OK : asked())),
    );
    expect(said[1]).toBe('P1f correct 8, wrong 16, -ENOMEM 12');
    expect(desk.broken.map(({ failure }) => failure.violation.law)).toContain('cpu/contents');
  });

  test('that crashes as Linux does has faults, and nothing else is broken', () => {
    const crash = { is: 'crash', crash: 'oops', where: 'swiotlb_bounce' } as const;
    const { desk, said } = ask(
      Q2,
      lying((op, asked) => {
        const outcome = asked();
        return op.op === 'map_sgtable' && outcome.is === 'error' ? crash : outcome;
      }),
      true,
    );
    expect(said[1]).toBe('P1f fault 60');
    // An area has a linear address: where Linux refuses what is too long, a crash is no known one.
    expect(desk.broken.map(({ failure }) => failure.violation.law)).toEqual(
      Array.from({ length: 30 }, () => 'any/no-crash'),
    );
  });
});
