/** Mutation fuzz: damaged blobs end in a sane machine or in the typed error, never otherwise. */
import { describe, expect, it } from 'vitest';
import { BoardError } from '../../boards/errors.ts';
import { type Board, loadBoard } from '../../boards/loader.ts';
import { ADDRESS_END, UNLIMITED } from '../../contract/numbers.ts';
import { mutant } from './mutate.ts';
import { Random } from './random.ts';
import { VICTIMS } from './victims.ts';

const MUTANTS = 34_000;
/** CPU time per batch: 4 ms a mutant on average is a hang in disguise, 0.1 ms is usual. */
const BATCH = 1000;
const BATCH_CPU_MS = 4000;

/** What is wrong with a machine; empty when nothing is. */
function insane({ machine, devices, regions }: Board): string[] {
  const wrong: string[] = [];
  const number = (what: string, value: number, end = UNLIMITED) => {
    if (!Number.isSafeInteger(value) || value < 0 || value > end) wrong.push(`${what} ${value}`);
  };
  for (const { base, size } of [...machine.banks, ...machine.regions]) {
    number('base', base, ADDRESS_END - 1);
    number('end', base + size, ADDRESS_END);
  }
  for (const device of machine.devices) {
    for (const window of device.windows) {
      number('cpu', window.cpu, ADDRESS_END - 1);
      number('dma', window.dma, ADDRESS_END - 1);
      number('window', window.size);
    }
    for (const region of device.regions) number('region', region, machine.regions.length - 1);
    for (const limit of [device.busLimit, device.coherentMask]) number('limit', limit);
  }
  number('zone', machine.zoneDmaLimit);
  for (const named of [machine.regions, machine.devices]) {
    if (new Set(named.map(({ name }) => name)).size !== named.length) wrong.push('names');
  }
  if (machine.banks.length === 0) wrong.push('no bank');
  if (devices.infos.length !== machine.devices.length) wrong.push('devices');
  if (regions.length !== machine.regions.length) wrong.push('regions');
  return wrong;
}

describe('a damaged blob', () => {
  it('ends in a sane machine or a BoardError, in bounded time', { timeout: 60_000 }, () => {
    // A fixed stream of mutants of three trees; one in four gets the RAM from the caller.
    const random = new Random(20_261_123);
    // A stack for every refused mutant would cost more than reading it.
    Error.stackTraceLimit = 0;
    const ends = { machine: 0, error: 0 };
    let cpu = process.cpuUsage();
    for (let count = 1; count <= MUTANTS; count += 1) {
      const bytes = mutant(random.pick(VICTIMS), random);
      try {
        const board = loadBoard(bytes, random.below(4) === 0 ? { memorySize: 2 ** 32 } : {});
        const wrong = insane(board);
        if (wrong.length > 0) expect(wrong, `mutant ${count}`).toEqual([]);
        ends.machine += 1;
      } catch (error) {
        if (!(error instanceof BoardError)) throw error;
        ends.error += 1;
      }
      if (count % BATCH !== 0) continue;
      const used = process.cpuUsage(cpu);
      expect(used.user / 1000, `mutants up to ${count}`).toBeLessThan(BATCH_CPU_MS);
      cpu = process.cpuUsage();
    }
    expect(ends.machine + ends.error).toBe(MUTANTS);
    // Both ends are well fed: a fuzz that only breaks headers tests nothing behind them.
    expect(ends.machine).toBeGreaterThan(MUTANTS / 5);
    expect(ends.error).toBeGreaterThan(MUTANTS / 5);
  });

  it('starts from trees that load', () => {
    // The undamaged victims; otherwise the fuzz would measure their defects.
    for (const { bytes } of VICTIMS) expect(insane(loadBoard(bytes))).toEqual([]);
  });
});
