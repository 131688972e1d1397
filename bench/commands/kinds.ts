/** The operation table as commands: what each kind draws, and the operation it then is. */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import * as draws from './draws.ts';
import type { FirstName } from './first.ts';
import {
  allocOf,
  attachOf,
  declareOf,
  deviceOf,
  freeOf,
  mmapOf,
  onDevice,
  readOf,
  writeOf,
} from './resolve.ts';
import type { World } from './world.ts';

/** Wraps what was drawn: `command(resolve, drawn)`. */
export type Wrap<C> = <D>(resolve: (world: World, drawn: D) => Op | null, drawn: D) => C;

type Kinds<C> = Readonly<Record<FirstName, fc.Arbitrary<C>>>;

/** One arbitrary of commands per operation. */
export function kindsOf<C>(machine: Machine, wrap: Wrap<C>): Kinds<C> {
  return {
    ...bufferKinds(machine, wrap),
    ...poolKinds(machine, wrap),
    ...limitKinds(machine, wrap),
  };
}

function bufferKinds<C>(machine: Machine, wrap: Wrap<C>) {
  const { anyOne, part, value } = draws;
  const device = draws.device(machine);
  const via = draws.via(machine);
  const near = draws.off(machine.pageSize);
  const byte = fc.nat({ max: 1 });
  const size = fc.oneof(
    { weight: 1, arbitrary: byte.map((bytes) => ({ bytes })) },
    { weight: 59, arbitrary: fc.record({ scale: anyOne, near }) },
  );
  const request = { device, size, gfp: draws.gfp, attrs: draws.attrs };
  const more = fc.constantFrom(-1, 0, 0, 1);
  const at = fc.oneof(fc.constant(0), anyOne);
  const claim = fc.oneof(
    { weight: 5, arbitrary: fc.constant(-1) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, machine.pageSize + 1) },
  );
  return {
    alloc_coherent: fc.record(request).map((drawn) => wrap(allocOf, drawn)),
    free: fc.record({ which: anyOne, via }).map((drawn) => wrap(freeOf, drawn)),
    mmap: fc.record({ which: anyOne, via, at, more, claim }).map((drawn) => wrap(mmapOf, drawn)),
    write: fc.record({ which: anyOne, part, value }).map((drawn) => wrap(writeOf, drawn)),
    read: fc.record({ which: anyOne, part }).map((drawn) => wrap(readOf, drawn)),
  };
}

function poolKinds<C>(machine: Machine, wrap: Wrap<C>) {
  const device = draws.device(machine);
  const { pageSize } = machine;
  const few = fc.integer({ min: 1, max: 20 });
  const declared = fc.record({
    device,
    range: draws.poolRange(machine),
    pages: fc.oneof(few, fc.constant(null)),
    odd: fc.oneof(
      { weight: 11, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1, 0x800, pageSize - 1) },
    ),
    dma: fc.oneof(fc.constant(null), fc.constantFrom(0, pageSize, 2 ** 30, 2 ** 32)),
  });
  const index = fc.oneof(
    { weight: 9, arbitrary: draws.anyOne },
    { weight: 1, arbitrary: fc.constant(-1) },
  );
  return {
    attach: fc.record({ device, index }).map((drawn) => wrap(attachOf, drawn)),
    declare: declared.map((drawn) => wrap(declareOf, drawn)),
    detach: device.map((drawn) => wrap(onDevice('detach'), drawn)),
    release: device.map((drawn) => wrap(onDevice('release'), drawn)),
  };
}

function limitKinds<C>(machine: Machine, wrap: Wrap<C>) {
  const device = draws.device(machine);
  const address = draws.address(machine);
  const size = draws.length(machine.pageSize);
  const kind = <D extends { readonly device: number }>(
    fields: { readonly [K in keyof D]: fc.Arbitrary<D[K]> },
    op: (device: number, drawn: D) => Op,
  ) => {
    const resolve = (world: World, drawn: D) => op(deviceOf(world, drawn.device), drawn);
    return fc.record(fields).map((drawn) => wrap(resolve, drawn as D));
  };
  const masked = (op: 'set_mask' | 'set_coherent_mask') =>
    kind({ device, mask: draws.mask }, (d, { mask }) => ({ op, device: d, mask }));
  return {
    set_mask: masked('set_mask'),
    set_coherent_mask: masked('set_coherent_mask'),
    set_offset: kind({ device, cpu: address, dma: address, size }, (d, drawn) => {
      return { op: 'set_offset', device: d, cpu: drawn.cpu, dma: drawn.dma, size: drawn.size };
    }),
    phys_to_dma: kind({ device, phys: address }, (d, { phys }) => {
      return { op: 'phys_to_dma', device: d, phys };
    }),
    dma_to_phys: kind({ device, dma: address }, (d, { dma }) => {
      return { op: 'dma_to_phys', device: d, dma };
    }),
    coherent_ok: kind({ device, phys: address, size }, (d, drawn) => {
      return { op: 'coherent_ok', device: d, phys: drawn.phys, size: drawn.size };
    }),
    capable: kind({ device, dma: address, size }, (d, drawn) => {
      return { op: 'capable', device: d, dma: drawn.dma, size: drawn.size };
    }),
    required_mask: device.map((drawn) => wrap(onDevice('required_mask'), drawn)),
    addressing_limited: device.map((drawn) => wrap(onDevice('addressing_limited'), drawn)),
  };
}
