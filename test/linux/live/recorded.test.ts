/**
 * Goal: Linux still answers what is recorded of it, and so does the implementation. Method: the
 * programs of the committed traces, asked of a kernel again.
 */
import { expect, test } from 'vitest';
import { twinOf } from '../planted.ts';
import { RECORDED } from '../recorded.ts';
import { rigOr } from './needed.ts';

test('what is recorded is answered again', { timeout: 600_000 }, async ({ skip }) => {
  await rigOr(skip);
  const { status, stdout } = twinOf(RECORDED);
  const told = stdout.split('\n').filter((line) => line.startsWith('  '));
  expect(told.filter((line) => !line.startsWith('  same '))).toEqual([]);
  // Once beside the trace, and once beside the kernel.
  expect(told.length).toBe(2 * RECORDED.length);
  expect(status).toBe(0);
});
