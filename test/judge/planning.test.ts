// Goal: a batch can be planned before any answer is known: with assumed answers every operation of
// a sensible program stays legal. Method: one program for pools, one for the memory behind them.
import { describe, expect, it } from 'vitest';
import { OP_NAMES } from '../../contract/operations.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Judge } from '../../model/judge/judge.ts';

/** The legality of each operation when those before it were answered as assumed. */
function planned(text: string): [op: string, legality: string][] {
  const { machine, program } = parseScenario(`carveout scenario 1\n${text}`, 'planned');
  const judge = new Judge(machine, new Set(OBSERVATIONS), new Set(OP_NAMES));
  return program.map(({ ...op }) => {
    const legality = judge.legality(op);
    if (legality === 'legal') judge.assume(op);
    return [op.op, legality];
  });
}

const POOLS = `profile arm64
bank 0x80000000 64M
pool p0 0x20000000 16K
device d0 window 0x80000000 0x0 64M pool p0
device d1
device io iommu 4K 0x0 0xffffffff
set_mask d1 32
set_coherent_mask d1 32
set_offset d1 0x80000000 0x0 64M
phys_to_dma d1 0x80000000
phys_to_dma d1 0x0
dma_to_phys d1 0x0
coherent_ok d1 0x80000000 1
capable d1 0x0 1
required_mask d1
addressing_limited d1
attach d0
h0 = alloc_coherent d0 4096
write h0 0 1 0x1
read h0 0 1
mmap h0
mmap h0 offset=1
free h0
detach d0
declare d0 0x30000000 0x0 8192
h1 = alloc_coherent d0 4096
free h1
release d0`;

const MEMORY = `profile arm64
bank 0x80000000 64M
cma c0 0x82000000 4M
restricted r0 0x83000000 512K
device d0 pool c0
device d1 pool r0
device d2
attach d0
attach d1
h0 = alloc_coherent d0 4096
h1 = alloc_coherent d1 4096
h2 = alloc_noncoherent d2 4096
h3 = alloc_coherent d2 4096 gfp=atomic
h4 = alloc_pages 0
h5 = alloc_exact 4096
h6 = alloc_contig 0x81000000 1
h7 = alloc_coherent d2 0
free h1
free h2
free_pages h4
free_pages h5
free_pages h6
pin c0 0
run_work
census`;

describe('a plan', () => {
  it('for pools and views', () => {
    expect(planned(POOLS).filter(([, legality]) => legality !== 'legal')).toEqual([]);
  });

  it('for the memory behind them', () => {
    expect(planned(MEMORY).filter(([, legality]) => legality !== 'legal')).toEqual([]);
  });

  it('counts on no buffer where there can be none', () => {
    const [, freed] = planned(`profile arm64
bank 0x80000000 64M
device d0
h0 = alloc_coherent d0 0
free h0`);
    expect(freed).toEqual(['free', 'meaningless']);
  });

  it('and on no pin: the pages may be in use', () => {
    expect(planned(`${MEMORY}\nunpin c0 0`).at(-1)).toEqual(['unpin', 'meaningless']);
  });

  it('nor on what foreign allocators give', () => {
    const steps = planned(`profile arm-nommu
bank 0x80000000 64M
pool p0 0x20000000 16K no-map default
device io iommu 4K 0x0 0xffffffff
h0 = alloc_coherent io 1
free h0`);
    expect(steps.map(([, legality]) => legality)).toEqual(['legal', 'meaningless']);
  });

  it('ends well: what is unpinned can be pinned again', () => {
    const { machine, program } = parseScenario(
      `carveout scenario 1\n${MEMORY}\npin c0 4\nunpin c0 4`,
      'planned',
    );
    const judge = new Judge(machine, new Set(OBSERVATIONS), new Set(OP_NAMES));
    const [pin, unpin] = program.slice(-2);
    judge.adopt(pin!, { is: 'ok' });
    expect(judge.legality(unpin!)).toBe('legal');
    judge.assume(unpin!);
    expect(judge.legality(unpin!)).toBe('meaningless');
  });
});
