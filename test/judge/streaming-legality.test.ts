// Goal: nobody is judged by accesses that lead out of a window. Method: handles and mappings whose
// first byte has a meaning, and whose last has none, or another one.
import { expect, it } from 'vitest';
import { grant, legalityOf, ok, withMemory } from './forge.ts';
import { BOUNCES, LOW } from './lies/streaming.ts';

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
