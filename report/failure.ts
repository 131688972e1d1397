/** A broken law for people: what differed, where, how to see it again, and nothing twice. */
import type { Case } from '../contract/scenario.ts';
import { machineLines, printOp } from '../contract/text/print.ts';
import type { Bucket } from '../properties/runner/buckets.ts';
import { originText } from '../properties/runner/buckets.ts';
import type { Failure } from '../properties/runner/trial.ts';

/** `pool/complete broken at step 7 of 9:  h4 = alloc_coherent d0 8192`, and the difference. */
export function failureText(failure: Failure, kase: Case): string {
  const { law, expected, observed } = failure.violation;
  return [
    `${law} broken ${placeText(failure, kase)}`,
    `  expected   ${expected}`,
    `  observed   ${observed}`,
  ].join('\n');
}

function placeText({ step, op }: Failure, { machine, program }: Case): string {
  if (op === null) return step < 0 ? 'while booting' : 'when all was taken back';
  const text = printOp(op, machine);
  if (step < program.length) return `at step ${step + 1} of ${program.length}:  ${text}`;
  return `when everything is given back, after ${program.length} steps:  ${text}`;
}

const FLEETING = 'not again when it ran alone: what ran before it on this subject matters';

/** The failure, its scenario, and the lines that bring it back. */
export function bucketText(bucket: Bucket): string {
  const { finding, origin, count, file, unwritten } = bucket;
  const { kase, failure, originalLength, runs, fleeting } = finding;
  const { machine, program } = kase;
  const scenario = [...machineLines(machine), ...program.map((op) => printOp(op, machine))];
  const shrunk = `shrunk from ${originalLength} operations to ${program.length} in ${runs} runs`;
  const more = count > 1 ? `; ${count - 1} more cases end in this text` : '';
  return [
    failureText(failure, kase),
    ...scenario.map((line) => `    ${line}`),
    ...(file === null ? [] : [`replay   npx carveout replay ${file}`]),
    ...(unwritten === null ? [] : [`unsaved  ${unwritten}`]),
    `found    ${originText(origin)}, ${fleeting ? FLEETING : shrunk}${more}`,
  ].join('\n');
}
