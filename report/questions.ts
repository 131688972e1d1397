/** The answers to the questions of the debate, as text and as a document. */
import type { Answers } from '../questions/answers.ts';
import type { Broken } from '../questions/desk.ts';
import type { Finding, Question } from '../questions/question.ts';
import { QUESTIONS } from '../questions/questions.ts';

export interface QuestionsReport {
  readonly seed: string;
  /** With the deviations of Linux 6.12; null: they could not be planted. */
  readonly linux: Answers | null;
  readonly repaired: Answers;
}

const WIDTH = { about: 44, measured: 40 };

export function questionsText(report: QuestionsReport): string {
  const blocks = QUESTIONS.map((question, index) => questionText(question, report, index));
  const broken = brokenOf(report).flatMap(brokenText);
  return `${[...blocks, ...broken, totals(report)].join('\n')}\n`;
}

function questionText(question: Question, report: QuestionsReport, index: number): string {
  const lines = [`${question.id}  ${question.claim} (${question.by})`];
  const repaired = report.repaired.findings[index]!;
  const linux = report.linux?.findings[index];
  for (const [row, finding] of repaired.entries()) {
    lines.push(...findingLines(linux?.[row] ?? null, finding));
  }
  return `${lines.join('\n')}\n`;
}

function findingLines(linux: Finding | null, repaired: Finding): string[] {
  const { policy, about } = repaired;
  const head = `    ${policy.padEnd(4)} ${about.padEnd(WIDTH.about)}`;
  if (linux === null) return [`${head} ${repaired.measured}`];
  const { measured, predicted, agrees } = linux;
  const lines = [
    `${head} ${measured.padEnd(WIDTH.measured)} ${agrees ? 'as predicted' : 'NOT so'}`,
  ];
  const indent = ' '.repeat(head.length + 1);
  if (!agrees) lines.push(`${indent}predicted: ${predicted}`);
  if (repaired.measured !== measured) lines.push(`${indent}repaired:  ${repaired.measured}`);
  return lines;
}

function brokenText({ failure, scenario }: Broken): string {
  const { law, expected, observed } = failure.violation;
  return `${law} broken\n  expected   ${expected}\n  observed   ${observed}\n${scenario}`;
}

function totals(report: QuestionsReport): string {
  const all = answersOf(report);
  const sum = (of: (answers: Answers) => number) =>
    all.reduce((total, one) => total + of(one), 0).toLocaleString('en-US');
  const agreed = agreement(report);
  const programs = sum((one) => one.programs);
  return [
    `asked      ${programs} programs, ${sum((one) => one.operations)} operations judged`,
    agreed === null
      ? 'Linux      not asked: its deviations are planted into the sources, which takes a checkout'
      : `predicted  ${agreed.right} of ${agreed.all} answers`,
    `verdict    ${isBroken(report) ? 'a law was broken' : 'no law broken'}`,
  ].join('\n');
}

function agreement({ linux }: QuestionsReport): { right: number; all: number } | null {
  if (linux === null) return null;
  const findings = linux.findings.flat();
  return { right: findings.filter(({ agrees }) => agrees).length, all: findings.length };
}

const answersOf = ({ linux, repaired }: QuestionsReport) =>
  linux === null ? [repaired] : [linux, repaired];

const brokenOf = (report: QuestionsReport) => answersOf(report).flatMap(({ broken }) => broken);

export const isBroken = (report: QuestionsReport): boolean => brokenOf(report).length > 0;

const findingJson = (linux: Finding | null, { policy, about, predicted, measured }: Finding) => ({
  policy,
  about,
  predicted,
  linux: linux?.measured ?? null,
  agrees: linux?.agrees ?? null,
  repaired: measured,
});

/** The `--json` document. Its schema is in docs/formats.md; additions only. */
export function questionsJson(report: QuestionsReport): string {
  const { seed, linux, repaired } = report;
  const document = {
    carveout: 'questions',
    version: 1,
    verdict: isBroken(report) ? 'broken' : 'clean',
    seed,
    programs: answersOf(report).reduce((sum, { programs }) => sum + programs, 0),
    operations: answersOf(report).reduce((sum, { operations }) => sum + operations, 0),
    questions: QUESTIONS.map(({ id, claim, by }, index) => ({
      id,
      claim,
      by,
      findings: repaired.findings[index]!.map((finding, row) =>
        findingJson(linux?.findings[index]?.[row] ?? null, finding),
      ),
    })),
    failures: brokenOf(report).map(({ failure, scenario }) => ({
      ...failure.violation,
      step: failure.step,
      scenario,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
