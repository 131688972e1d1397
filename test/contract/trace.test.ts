/**
 * Goal: a trace survives being written and read, and a bad line is refused by its number. Method:
 * round trips over any case with any outcomes; a table of spoiled traces.
 */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machineFromJson } from '../../contract/json/machine.ts';
import type { TraceStep } from '../../contract/json/trace.ts';
import { TraceReader, traceHeadLine, traceStepLine } from '../../contract/json/trace.ts';
import { OK } from '../../contract/outcome.ts';
import type { Booted } from '../../contract/subject.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { cases, holds } from './arbitrary.ts';
import { outcomes } from './outcomes.ts';
import { refusal } from './refusal.ts';

const booteds: fc.Arbitrary<Booted> = fc.record({
  warnings: fc.array(fc.constantFrom('range', 'default-redefined'), { maxLength: 2 }),
});

const traces = fc.tuple(cases, booteds).chain(([{ machine, program }, booted]) =>
  fc.record({
    head: fc.record({
      observes: fc.constantFrom(undefined, ['phys' as const], [...OBSERVATIONS]),
      operations: fc.constantFrom(undefined, ['alloc_coherent' as const, 'census' as const]),
      machine: fc.constant(machine),
      booted: fc.constant(booted),
    }),
    steps: fc.tuple(
      ...program.map(
        (op): fc.Arbitrary<TraceStep> => outcomes(op.op).map((outcome) => ({ op, outcome })),
      ),
    ),
  }),
);

function readAll(lines: readonly string[]) {
  const reader = new TraceReader('t.jsonl');
  const steps = lines.map((line) => reader.read(line)).filter((step) => step !== null);
  return { head: reader.end(), steps };
}

const machine = machineFromJson({
  profile: 'arm64',
  banks: [{ base: '0x80000000', size: 2 ** 31 }],
  devices: [{ name: 'd0' }],
});
const HEAD = traceHeadLine({ machine, booted: { warnings: [] } });
const alloc = { op: 'alloc_coherent', out: 0, device: 0, size: 8192, gfp: 'blocking' } as const;
const ALLOC = traceStepLine({ op: { ...alloc, attrs: [] }, outcome: { is: 'none' } }, machine);

describe('a trace', () => {
  test('comes back the same', () => {
    holds(traces, ({ head, steps }) => {
      const lines = steps.map((step) => traceStepLine(step, head.machine));
      expect(readAll([traceHeadLine(head), ...lines])).toEqual({ head, steps });
    });
  });

  test('looks as documented', () => {
    expect(HEAD.startsWith('{"carveout":"trace","version":1,"machine":{"profile":"arm64",')).toBe(
      true,
    );
    expect(HEAD.endsWith(',"booted":{"warnings":[]}}')).toBe(true);
    const outcome = { is: 'ok', phys: 0xa0000000, bytes: [[0, 8192]] } as const;
    expect(traceStepLine({ op: { ...alloc, attrs: ['no-warn'] }, outcome }, machine)).toBe(
      '{"op":"alloc_coherent","out":"h0","device":"d0","size":8192,"attrs":["no-warn"],' +
        '"outcome":{"is":"ok","phys":"0xa0000000","bytes":[[0,8192]]}}',
    );
  });

  test('may have blank lines', () => {
    const op = { op: 'release', device: 0 } as const;
    const read = readAll(['', HEAD, '  ', traceStepLine({ op, outcome: OK }, machine), '']);
    expect(read.steps).toEqual([{ op, outcome: OK }]);
  });
});

const SPOILED: readonly [what: string, lines: readonly string[], message: string][] = [
  ['nothing in it', [], 't.jsonl: found the end of the text, expected a line {"carveout":"trace"'],
  ['no first line', [ALLOC], 't.jsonl:1: found "op" at $, expected one of carveout, version'],
  ['another format', ['{"carveout":"tracy"}'], '"tracy" at $.carveout, expected the format'],
  ['another version', ['{"carveout":"trace","version":2}'], '2 at $.version, expected the version'],
  ['no machine', ['{"carveout":"trace","version":1}'], 'at $.machine, expected a machine'],
  ['an unfinished line', [HEAD, ALLOC.slice(0, -3)], 'found broken JSON, expected one value'],
  ['no outcome', [HEAD, '{"op":"release","device":"d0"}'], 't.jsonl:2: found nothing at $.outcome'],
  ['a label twice', [HEAD, ALLOC, '', ALLOC], 't.jsonl:4: found "h0" at $.out, expected a new'],
  ['a second head', [HEAD, HEAD], 't.jsonl:2: found no "op" at $'],
  ['a result too many', [HEAD, ALLOC.replace('none"', 'ok","pfn":1')], '"pfn" at $.outcome'],
];

test.each(SPOILED)('a trace with %s is refused', (_what, lines, message) => {
  expect(refusal(() => readAll(lines)).message).toContain(message);
});
