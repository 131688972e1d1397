// Goal: every law of memory behind the pools can fail, and only on the lie it is about. Method:
// forged answers, each with the honest one beside it.
import { describe, expect, it } from 'vitest';
import { verdicts } from './forge.ts';
import { MEMORY_LIES } from './lies/all.ts';

describe('memory behind the pools', () => {
  it.each(MEMORY_LIES)('$law: $op, $why', ({ law, stage, before, op, lie, honest }) => {
    const met = verdicts(stage.machine, before, op, [lie, honest], stage.setting);
    expect(met).toEqual([law, null]);
  });
});
