// Goal: nobody is judged by accesses that lead out of a window. Method: handles and mappings whose
// first byte has a meaning, and whose last has none, or another one.
import { expect, it } from 'vitest';
import { grant, legalityOf, ok, withMemory } from './forge.ts';
import { OK } from './lies/lie.ts';
import { at, BOUNCES, high, LOW, SLOTS } from './lies/streaming.ts';

const settingOf = { ...BOUNCES.setting, chunks: withMemory().chunks ?? [] };

it.each([
  ['2K', 'undefined'],
  ['4K', 'legal'],
])('coherent memory behind a window of %s: %s', (size, expected) => {
  const machine = `bank ${LOW} 64M
pool p0 0x0 4K
device d0 window 0x0 0x0 ${size} pool p0`;
  const op = 'h0 = alloc_coherent d0 2049';
  const before = [
    ['attach d0', ok()],
    [op, grant(0, 2049)],
  ] as const;
  expect(legalityOf(machine, before, 'device_read h0 2048 1', settingOf)).toBe(expected);
});

it.each([
  ['that leads to the same byte of bounce memory', SLOTS, 'legal'],
  ['that leads to the next byte of its slot', SLOTS + 1, 'undefined'],
])('an unmap after a window has come %s: %s', (_where, cpu, expected) => {
  const window = `${cpu.toString(16)} 0x${SLOTS.toString(16)} 64K`;
  const before = [
    high,
    ['m1 = map_page c0 h0 4096', at(SLOTS)],
    [`set_offset c0 0x${window}`, OK],
  ] as const;
  expect(legalityOf(BOUNCES.machine, before, 'unmap m1', BOUNCES.setting)).toBe(expected);
});
