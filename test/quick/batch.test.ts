// Goal: a subject that answers whole batches is judged like one that answers at once. Method: the
// built-in subject behind the batch interface, with all and with few observations, and lying.
import { describe, expect, it } from 'vitest';
import { check } from '../../api.ts';
import { NONE } from '../../contract/outcome.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { farSubject } from './batch.ts';

const options = { seed: 'batch', cases: 600 };

describe('batches', { timeout: 60_000 }, () => {
  it('break no law, and reach what single calls reach', async () => {
    const far = await check(farSubject(OBSERVATIONS), options);
    const near = await check(carveoutSubject, options);
    expect(far.buckets.map((bucket) => bucket.finding)).toEqual([]);
    expect(far.refusedMachines).toBeGreaterThan(0);
    // Refused machines cost some operations, not most.
    const share = (far.labels.get('operations') ?? 0) / (near.labels.get('operations') ?? 1);
    expect(share).toBeGreaterThan(0.3);
  });

  it('are judged by the handle alone where no physical address is reported', async () => {
    const { buckets, labels } = await check(farSubject(['handle', 'bytes']), options);
    expect(buckets.map((bucket) => bucket.finding)).toEqual([]);
    expect(labels.get('allocated')).toBeGreaterThan(1000);
  });

  it('are judged by the physical address alone where no handle is reported', async () => {
    const { buckets, labels } = await check(farSubject(['phys']), { ...options, cases: 200 });
    expect(buckets.map((bucket) => bucket.finding)).toEqual([]);
    expect(labels.get('allocated')).toBeGreaterThan(300);
  });

  it('a subject that says nothing of places is refused', async () => {
    await expect(check(farSubject(['bytes']), options)).rejects.toThrow('neither phys nor handle');
  });

  it('a lie is found and shrunk through them', async () => {
    let seen = 0;
    const liar = farSubject(OBSERVATIONS, (op, outcome) => {
      if (op.op !== 'alloc_coherent' || outcome.is !== 'ok') return outcome;
      seen += 1;
      return op.size > 4096 ? NONE : outcome;
    });
    const { buckets } = await check(liar, { seed: 'batch', cases: 40, bail: true });
    expect(seen).toBeGreaterThan(0);
    const { law, finding } = buckets[0]!;
    expect(['pool/complete', 'free/returns-all']).toContain(law);
    expect(finding.kase.program.length).toBeLessThanOrEqual(4);
  });
});
