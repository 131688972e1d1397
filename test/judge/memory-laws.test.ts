// Goal: every law of memory behind the pools can fail, and only on the lie it is about. Method:
// forged answers, each with the honest one beside it.
import { describe, expect, it } from 'vitest';
import { lawBrokenAtBoot, verdicts } from './forge.ts';
import { BOOT_LIES, MEMORY_LIES } from './lies/all.ts';

describe('memory behind the pools', () => {
  for (const { law, why, stage, before, op, lie, honest } of MEMORY_LIES) {
    it(`${law}: ${op}: ${why}`, () => {
      const met = verdicts(stage.machine, before, op, [lie, honest], stage.setting);
      expect(met).toEqual([law, null]);
    });
  }
});

describe('memory of the atomic pools', () => {
  for (const { law, why, machine, lie, honest } of BOOT_LIES) {
    it(`${law} at boot: ${why}`, () => {
      expect([lie, honest].map((chunks) => lawBrokenAtBoot(machine, chunks))).toEqual([law, null]);
    });
  }
});
