/**
 * Goal: on generated programs the implementation as Linux 6.12 and Linux answer the same, and
 * enough is compared to say so. Method: the command, with a fixed seed, and what it prints.
 */
import { expect, test } from 'vitest';
import { twinOf } from '../planted.ts';
import { rigOr } from './needed.ts';

const CASES = 256;

test('generated programs are answered the same', { timeout: 600_000 }, async ({ skip }) => {
  await rigOr(skip);
  const words = ['--seed', 'k5', '--cases', String(CASES), '--labels'];
  const { status, stdout } = twinOf(words);
  const told = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1]?.replaceAll(',', ''));
  expect(told(/answers +([\d,]+) different/)).toBe(0);
  expect(told(/answers +([\d,]+) compared/)).toBeGreaterThan(4000);
  expect(told(/^ {2}bounced +([\d,]+)$/m)).toBeGreaterThan(20);
  expect(told(/cases +([\d,]+) ended early/)).toBeLessThan(CASES / 10);
  expect(status).toBe(0);
});
