// Goal: every law can fail, and fails on the lie it is about. Method: forged answers, one or more
// for each law; the set of laws met must be the whole list.
import { describe, expect, it } from 'vitest';
import { failed, NONE, OK, SKIPPED } from '../../contract/outcome.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Judge } from '../../model/judge/judge.ts';
import { JUDGE_LAWS } from '../../model/judge/laws.ts';
import type { Answered } from './forge.ts';
import { grant, lawBrokenBy, ok } from './forge.ts';
import { BOOT_LIES, MEMORY_LIES } from './lies/all.ts';

const POOL = `bank 0x80000000 1G
pool p0 0x20000000 16K
pool p1 0x30000000 12K
plain m0 0x40000000 1M no-map
pool off 0x50000000 4K disabled
pool ram 0x90000000 1M
pool high 0x100000000 1M
device d0 pool p0 pool p1 pool m0 pool off pool ram pool high
device d1 pool p0
device w0 window 0x20000000 0x0 8K window 0x80000000 0x1000000 1M bus-limit 0x10fffff
device tiny mask 24`;

const attached: Answered = ['attach d0', OK];

const LIES: readonly (readonly [law: string, ...answers: Answered[]])[] = [
  ['any/no-crash', ['attach d0', { is: 'crash', crash: 'oops', where: 'memremap' }]],
  ['any/form', ['attach d0', SKIPPED]],
  ['any/form', attached, ['h0 = alloc_coherent d0 4096', failed('ENOMEM')]],
  ['any/form', ['capable d0 0x0 1', failed('EIO')]],
  [
    'any/form',
    attached,
    [
      'h0 = alloc_coherent d0 4096',
      ok({ phys: 0x20000000, handle: 0x20000000, bytes: [[0, 4095]] }),
    ],
  ],
  [
    'any/form',
    attached,
    ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096)],
    ['read h0 0 16', OK],
  ],
  [
    'any/form',
    attached,
    ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096)],
    ['read h0 0 16', failed('EINVAL')],
  ],
  [
    'any/form',
    attached,
    ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096)],
    ['read h0 0 16', ok({ bytes: [[0, 15]] })],
  ],
  // Warnings where there is no pool to warn of, or nobody asked for one.
  ['attach/range-warning', ['attach d0 index=7', { ...failed('ENODEV'), warnings: ['range'] }]],
  ['attach/range-warning', ['attach d0 index=3', { ...OK, warnings: ['range'] }]],
  ['attach/range-warning', ['attach d0 index=4', { ...failed('EINVAL'), warnings: ['range'] }]],
  ['attach/range-warning', ['declare d0 0x0 0x0 4096', { ...OK, warnings: ['range'] }]],
  [
    'attach/range-warning',
    attached,
    ['h0 = alloc_coherent d0 4096', { ...grant(0x20000000, 4096), warnings: ['range'] }],
  ],
  ['dma/translate', ['phys_to_dma w0 0x20000000', failed('EINVAL')]],
  [
    'mmap/bounds',
    attached,
    ['h0 = alloc_coherent d0 8192', grant(0x20000000, 8192)],
    ['mmap h0', failed('EINVAL')],
  ],
  [
    'mmap/frame',
    attached,
    ['h0 = alloc_coherent d0 8192', grant(0x20000000, 8192)],
    ['mmap h0', OK],
  ],
  [
    'any/form',
    attached,
    ['h0 = alloc_coherent d0 4096', ok({ phys: 0x20000000, bytes: [[0, 4096]] })],
  ],
  ['dma/mask', ['set_mask d0 32', failed('EIO')]],
  ['dma/mask', ['set_coherent_mask d0 16', OK]],
  ['dma/set-offset', ['set_offset w0 0x0 0x1000 4096', OK]],
  ['dma/set-offset', ['set_offset d0 0x0 0x1000 4096', failed('EINVAL')]],
  ['dma/translate', ['phys_to_dma w0 0x20001000', ok({ address: 0x20001000 })]],
  ['dma/translate', ['phys_to_dma w0 0x20002000', ok({ address: 0x2000 })]],
  ['dma/untranslate', ['dma_to_phys w0 0x1fff', NONE]],
  ['dma/inside-window', ['coherent_ok w0 0x20001000 8192', ok({ truth: true })]],
  ['dma/coherent-ok', ['coherent_ok w0 0x20001000 4096', ok({ truth: false })]],
  ['dma/capable', ['capable w0 0x10fffff 2', ok({ truth: true })]],
  ['dma/required-mask', ['required_mask d0', ok({ address: 2 ** 31 - 1 })]],
  ['dma/addressing-limited', ['addressing_limited tiny', ok({ truth: false })]],
  ['pool/creation', ['declare d0 0x90000000 0x0 4096', OK]],
  ['pool/creation', ['declare d0 0x20000000 0x0 0', OK]],
  ['pool/creation', ['declare d0 0x20000000 0x0 4096', failed('ENOMEM')]],
  ['pool/creation', ['attach d0 index=4', OK]],
  ['pool/busy', attached, ['attach d0 index=1', OK]],
  ['pool/busy', attached, ['declare d0 0x60000000 0x0 4096', OK]],
  ['attach/index', ['attach d0 index=6', failed('EINVAL')]],
  ['attach/disabled', ['attach d0 index=3', failed('ENODEV')]],
  ['attach/no-handler', ['attach d0 index=2', OK]],
  ['attach/range-warning', ['attach d0 index=5', OK]],
  ['attach/range-warning', ['attach d0', ok({ warnings: ['range'] })]],
  ['pool/unbind', attached, ['detach d0', failed('EBUSY')]],
  ['pool/size-zero', attached, ['h0 = alloc_coherent d0 0', grant(0x20000000, 0)]],
  ['pool/inside', attached, ['h0 = alloc_coherent d0 4096', grant(0x20004000, 4096)]],
  ['pool/inside', attached, ['h0 = alloc_coherent d0 4096', grant(0x80000000, 4096)]],
  ['pool/aligned', attached, ['h0 = alloc_coherent d0 8192', grant(0x20001000, 8192)]],
  ['pool/aligned', attached, ['h0 = alloc_coherent d0 4096', grant(0x20000800, 4096)]],
  [
    'pool/disjoint',
    attached,
    ['h0 = alloc_coherent d0 12288', grant(0x20000000, 12288)],
    ['h1 = alloc_coherent d0 4096', grant(0x20003000, 4096)],
  ],
  ['pool/handle', attached, ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096, 0x20001000)]],
  [
    'pool/handle',
    ['declare w0 0x20000000 0x7000 8192', OK],
    ['h0 = alloc_coherent w0 4096', grant(0x20000000, 4096, 0x0)],
  ],
  [
    'pool/zeroed',
    attached,
    [
      'h0 = alloc_coherent d0 4096',
      ok({
        phys: 0x20000000,
        handle: 0x20000000,
        bytes: [
          [0, 4095],
          [1, 1],
        ],
      }),
    ],
  ],
  ['pool/complete', attached, ['h0 = alloc_coherent d0 16384', NONE]],
  [
    'pool/complete',
    attached,
    ['h0 = alloc_coherent d0 4096', grant(0x20001000, 4096)],
    ['h1 = alloc_coherent d0 8192', NONE],
  ],
  [
    'mmap/bounds',
    attached,
    ['h0 = alloc_coherent d0 8192', grant(0x20000000, 8192)],
    ['mmap h0 offset=1 pages=2', ok({ pfn: 0x20001 })],
  ],
  [
    'mmap/frame',
    attached,
    ['h0 = alloc_coherent d0 8192', grant(0x20000000, 8192)],
    ['mmap h0 offset=1', ok({ pfn: 0x20000 })],
  ],
  [
    'cpu/contents',
    attached,
    ['h0 = alloc_coherent d0 8192', grant(0x20000000, 8192)],
    ['write h0 4096 16 0x5a', OK],
    ['read h0 4095 2', ok({ bytes: [[0, 2]] })],
  ],
];

describe('every law of the judge can fail', () => {
  for (const [index, [law, ...answers]] of LIES.entries()) {
    const last = answers.at(-1)![0];
    it(`${law} by lie ${index}: ${last}`, () => {
      expect(lawBrokenBy(POOL, answers)).toBe(law);
    });
  }

  it('alloc/final: memory for a device without any pool where there is no global one', () => {
    const machine = 'profile arm-nommu\nbank 0x80000000 1G\ndevice d0';
    const answers: Answered[] = [['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096)]];
    expect(lawBrokenBy(machine, answers)).toBe('alloc/final');
  });

  it.each([
    ['h0 = alloc_coherent d1 4096', 'a device that snoops'],
    ['h0 = alloc_coherent d2 4096', 'a device with an IOMMU'],
    ['h0 = alloc_coherent d0 4096 attrs=no-kernel-mapping', 'no kernel mapping'],
  ])('alloc/final: %s from the global pool, for %s', (op) => {
    const machine = `profile arm-nommu
bank 0x80000000 1G
pool p0 0x20000000 16K no-map default
device d0
device d1 coherent
device d2 iommu 4K 0x0 0xffffffff`;
    const answered = (outcome: Answered[1]) => lawBrokenBy(machine, [[op, outcome]]);
    expect(answered(grant(0x20000000, 4096))).toBe('alloc/final');
    // What is no pool's memory, or not tried, is nobody's business yet.
    expect(answered(grant(0x90000000, 4096))).toBeNull();
    expect(answered(ok({ handle: 0x20000000, bytes: [[0, 4096]] }))).toBeNull();
    expect([answered(NONE), answered(SKIPPED)]).toEqual([null, null]);
    expect(answered(failed('EIO'))).toBe('any/form');
  });

  it('boot/default-pool: a silent redefinition', () => {
    const text = `carveout scenario 1
profile arm-nommu
bank 0x80000000 1G
pool p0 0x20000000 4K no-map default
pool p1 0x20001000 4K no-map default
`;
    const judge = new Judge(parseScenario(text, 'forged').machine, new Set(['warnings']));
    expect(judge.checkBoot({ warnings: [] })?.law).toBe('boot/default-pool');
    expect(judge.checkBoot({ warnings: ['default-redefined'] })).toBeNull();
  });

  it('the lies cover the whole list; free/returns-all is met by a campaign', () => {
    const behindPools = [...MEMORY_LIES, ...BOOT_LIES].map(({ law }) => law);
    const met = new Set([...LIES.map(([law]) => law), ...behindPools]);
    for (const elsewhere of ['alloc/final', 'boot/default-pool', 'free/returns-all']) {
      met.add(elsewhere);
    }
    expect([...met].sort()).toEqual(JUDGE_LAWS.map((law) => law.id).sort());
  });
});
