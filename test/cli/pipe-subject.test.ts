/**
 * Goal: a foreign program is a subject, and when it dies or hangs, the operation that causes it has
 * crashed. Method: the example subject, and a speaker that misbehaves on request.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../contract/text/parse.ts';
import {
  boot,
  closeAfterEach,
  kinds,
  machine,
  NODE,
  program,
  speaker,
  start,
  started,
} from './subjects.ts';

closeAfterEach();

const EXAMPLES = join(import.meta.dirname, '../../examples/subject');
const example = (file: string) => start(`${NODE} "${join(EXAMPLES, file)}"`);

describe('the example subject', () => {
  test('says who it is and answers a program, again after a reset', async () => {
    const subject = await example('pool-subject.js');
    expect(subject.name).toBe('free list');
    expect([...subject.observes]).toEqual(['phys', 'handle', 'bytes', 'warnings']);
    const session = await boot(subject);
    expect(session.booted).toEqual({ warnings: [] });
    const first = await session.run(program);
    expect(first[1]).toMatchObject({ is: 'ok', bytes: [[0, 8192]] });
    expect(first[2]).toEqual({ is: 'ok', address: 2 ** 32 - 1 });
    const runs = [
      [0, 5],
      [7, 10],
      [0, 5],
    ];
    expect(first[4]).toEqual({ is: 'ok', bytes: runs });
    await session.reset?.();
    expect(await session.run(program)).toEqual(first);
  });

  test('refuses a machine when it boots', async () => {
    const subject = await example('pool-subject.js');
    const iommu = { granule: 4096, apertureStart: 0, apertureEnd: 2 ** 32 - 1 };
    const devices = machine.devices.map((device) => ({ ...device, iommu }));
    expect(await subject.boot({ ...machine, devices })).toEqual({ refused: 'no IOMMU here' });
  });

  const fill = parseScenario(
    `carveout scenario 1
     profile arm64
     bank 0x80000000 2G
     pool p0 0xa0000000 8K no-map
     device d0 pool p0
     attach d0
     h0 = alloc_coherent d0 4096
     h1 = alloc_coherent d0 4096
     free h0
     free h1
     h2 = alloc_coherent d0 8192`,
    'inline',
  );

  test.each([
    ['pool-subject.js', 'ok'],
    ['pool-subject-broken.js', 'none'],
  ])('%s answers "%s" when all is free again', async (file, is) => {
    const session = await boot(await example(file), fill.machine);
    expect((await session.run(fill.program)).at(-1)?.is).toBe(is);
  });
});

describe('a crash is an outcome of the operation that causes it', () => {
  const CRASHED = ['ok', 'ok', 'crash', 'skipped', 'skipped', 'skipped'];

  test.each([
    ['die', 'oops', 'exit code 3: oops: null pointer'],
    ['abort', 'oops', 'signal SIGABRT'],
    ['hang', 'hang', 'no answer within 1.5 s'],
  ])('%s', async (what, crash, where) => {
    const session = await boot(await speaker(what, { timeoutMs: 1500 }));
    const outcomes = await session.run(program);
    expect(kinds(outcomes)).toEqual(CRASHED);
    expect(outcomes[2]).toMatchObject({
      is: 'crash',
      crash,
      where: expect.stringContaining(where),
    });
  });

  test('of a later batch, with the earlier ones repeated', async () => {
    const session = await boot(await speaker('die'));
    expect(kinds(await session.run(program.slice(0, 2)))).toEqual(['ok', 'ok']);
    expect(kinds(await session.run(program.slice(2)))).toEqual(CRASHED.slice(2));
    expect(started()).toHaveLength(2);
  });

  test('of the last one, when it does not happen one at a time', async () => {
    const session = await boot(await speaker('die-on-many'));
    const outcomes = await session.run(program);
    expect(kinds(outcomes)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'crash']);
    const where = 'exit code 4: oops: null pointer (not when asked one operation at a time)';
    expect(outcomes.at(-1)).toEqual({ is: 'crash', crash: 'oops', where });
  });

  test('and the next boot or reset has a fresh process', async () => {
    const subject = await speaker('die');
    const session = await boot(subject);
    const harmless = program.slice(0, 1);
    await session.run(program);
    expect(kinds(await session.run(harmless))).toEqual(['skipped']);
    await session.reset?.();
    expect(kinds(await session.run(harmless))).toEqual(['ok']);
    await session.run(program);
    const next = await boot(subject);
    expect(kinds(await next.run(harmless))).toEqual(['ok']);
    await expect(session.run(program)).rejects.toThrow('ended when the next machine was booted');
  });
});
