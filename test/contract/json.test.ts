/**
 * Goal: what is written as JSON comes back the same, defaults may be missing,
 * and no number is ever rounded. Method: round trips over any machine, operation and outcome.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonLine } from '../../contract/json/line.ts';
import { machineFromJson, machineToJson } from '../../contract/json/machine.ts';
import { opFromJson, opToJson } from '../../contract/json/op.ts';
import { outcomeFromJson, outcomeToJson } from '../../contract/json/outcome.ts';
import { BEYOND, UNLIMITED } from '../../contract/numbers.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import type { Ok } from '../../contract/outcome.ts';
import { cases, holds, machines } from './arbitrary.ts';
import { outcomes } from './outcomes.ts';

/** Through text and back, as a foreign reader would get it. */
const wire = (value: unknown) => parseJsonLine(JSON.stringify(value), 'wire', 1);

describe('round trips', () => {
  test('machines', () => {
    holds(machines, (machine) => {
      expect(machineFromJson(wire(machineToJson(machine)))).toEqual(machine);
    });
  });

  test('among them some with areas', () => {
    const drawn = fc.sample(machines, { seed: 1, numRuns: 300 });
    const areas = drawn.flatMap(({ regions }) => regions.filter(({ kind }) => kind === 'cma'));
    expect(areas.filter(({ disabled }) => !disabled).length).toBeGreaterThan(20);
  });

  test('operations', () => {
    holds(cases, ({ machine, program }) => {
      const read = program.map((op) => opFromJson(wire(opToJson(op, machine)), machine));
      expect(read).toEqual(program);
    });
  });

  test.each(OP_NAMES)('outcomes of %s', (op) => {
    holds(outcomes(op), (outcome) => {
      expect(outcomeFromJson(wire(outcomeToJson(outcome)), op)).toEqual(outcome);
    });
  });
});

const SMALL = {
  profile: 'arm64',
  banks: [{ base: '0x80000000', size: 2 ** 31 }],
  regions: [{ name: 'p0', kind: 'pool', base: '0xa0000000', size: 2 ** 20, noMap: true }],
  devices: [{ name: 'd0', mask: '0x3fffffff', regions: ['p0'] }],
};
const small = machineFromJson(SMALL);

describe('defaults', () => {
  test('may be left out of a machine', () => {
    expect(small.pageSize).toBe(4096);
    expect(small.swiotlb).toBeNull();
    expect(small.devices[0]).toMatchObject({ coherentMask: 2 ** 30 - 1, windows: [], minAlign: 0 });
  });

  test('of operands are not written', () => {
    const op = { op: 'free', buffer: 3, via: -1 } as const;
    expect(opToJson(op, small)).toEqual({ op: 'free', buffer: 'h3' });
  });
});

describe('numbers', () => {
  const addressOf = (address: unknown) =>
    (outcomeFromJson(wire({ is: 'ok', address }), 'phys_to_dma') as Ok).address;

  test.each([
    ['0x1fffffffffffff', UNLIMITED],
    ['0x0000000000000000000000000000001F', 31],
    ['0x20000000000000', BEYOND],
    ['0x20000000000001', BEYOND],
    ['0xffffffffffffffff', BEYOND],
    ['beyond', BEYOND],
  ])('the answered address %s is exact or beyond', (text, value) => {
    expect(addressOf(text)).toBe(value);
  });

  test('are compared with BigInt, digit by digit', () => {
    holds(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const safe = value <= BigInt(UNLIMITED);
      expect(addressOf(`0x${value.toString(16)}`)).toBe(safe ? Number(value) : BEYOND);
    });
  });

  test('beyond is written as a word, and what is no number is not written', () => {
    expect(outcomeToJson({ is: 'ok', handle: BEYOND })).toEqual({ is: 'ok', handle: 'beyond' });
    expect(() => outcomeToJson({ is: 'ok', handle: Number.NaN })).toThrow(RangeError);
    expect(() => outcomeToJson({ is: 'ok', pfn: BEYOND })).toThrow(RangeError);
  });

  test('64-bit limits of a machine mean "unlimited"', () => {
    const machine = { ...SMALL, devices: [{ name: 'd0', mask: '0xffffffffffffffff' }] };
    expect(machineFromJson(machine).devices[0]?.mask).toBe(UNLIMITED);
  });
});
