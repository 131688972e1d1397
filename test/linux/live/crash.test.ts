/**
 * Goal: the crash of an operation is told with its function and number. Method: a pool without
 * linear addresses is bounced, which Linux 6.12 dies of (deviation `no-linear-address`).
 */
import { expect, test } from 'vitest';
import type { Op } from '../../../contract/operations.ts';
import { helloRequest, runRequest, setupRequest } from '../../../linux/requests.ts';
import { MACHINE } from '../rig/machine.ts';
import { isAlive, rigOr, withVm } from './needed.ts';

const OPS: readonly Op[] = [
  { op: 'attach', device: 0, index: 1 },
  { op: 'alloc_coherent', out: 0, device: 0, size: 16384, gfp: 'blocking', attrs: [] },
  { op: 'sg_of_buffer', out: 1, buffer: 0, via: 0 },
  {
    op: 'map_sgtable',
    out: 2,
    device: 1,
    table: 1,
    direction: 'bidirectional',
    cpu: 0,
    attrs: [],
    call: 'sgtable',
  },
  { op: 'coherent_ok', device: 0, phys: 0, size: 1 },
];

test('a kernel that bounces what it cannot reach', async ({ skip }) => {
  const rig = await rigOr(skip);
  await withVm(rig, { append: 'quiet cma=0 swiotlb=2048,1,force' }, async (vm) => {
    await vm.request(helloRequest());
    expect(await vm.request(setupRequest(MACHINE, []))).toEqual(Buffer.alloc(4));
    expect(await vm.request(runRequest(OPS))).toEqual({
      ended: true,
      crash: { crash: 'oops', where: 'swiotlb_bounce' },
      operation: 3,
    });
    await vm.stop();
    expect(isAlive(vm.pid!)).toBe(false);
  });
});
