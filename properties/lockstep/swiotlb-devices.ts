/** A device of a program for either side, and what its bounce addresses mean. */
import type { ReferenceDevice } from '../../model/reference/swiotlb.ts';
import type { ReferenceIoTlb } from '../../model/reference/swiotlb-mem.ts';
import type { Bounced, SwiotlbDevice } from '../../sut/dma/swiotlb/mem.ts';
import { type LiveSlots, spanOf } from './swiotlb-invariants.ts';
import type { SlotDeviceSpec } from './swiotlb-programs.ts';

export type Devices = readonly {
  readonly dev: SwiotlbDevice;
  readonly reference: ReferenceDevice;
}[];

/** One window over all memory, unless bus addresses are physical ones. */
export function devicesOf({ minAlign, boundary, offset, limit }: SlotDeviceSpec) {
  const dev: SwiotlbDevice = {
    dmaMask: limit,
    busDmaLimit: 0,
    dmaRangeMap: offset === 0 ? null : [{ cpu: 0, dma: offset, size: 2 ** 40 }],
    segmentBoundary: boundary,
    minAlign,
    dmaUsesIoTlb: false,
    dmaIoTlbPools: [],
  };
  const toDma = (phys: number) => phys + offset;
  return { dev, reference: { minAlign, boundary, limit, toDma } satisfies ReferenceDevice };
}

const text = (orig: number, size: number, clipped: boolean) =>
  `${size} bytes from ${orig}${clipped ? ', clipped' : ''}`;

export function bouncedText(bounced: Bounced | null): string {
  if (bounced === null) return 'nothing';
  return text(bounced.orig, bounced.size, bounced.clipped);
}

/**
 * Linux's answer where the address is in the mapping; before and behind it, in its slots, nothing.
 * Linux's own arithmetic must agree with what the mapping says (4.7).
 */
export function expectedBounce(
  reference: ReferenceIoTlb,
  device: ReferenceDevice,
  owner: LiveSlots | undefined,
  address: number,
  bytes: number,
): string {
  if (owner === undefined || owner.orig === null) return 'nothing';
  const spec = { minAlign: device.minAlign, boundary: 0, offset: 0, limit: 0 };
  const { offset, size } = spanOf(spec, owner);
  const into = address - owner.tlbAddr;
  if (into < 0 || into >= size - offset) return 'nothing';
  const linux = reference.bounce(device, address);
  const agrees = linux?.orig === owner.orig + into && linux.avail === size - offset - into;
  if (!agrees) return `Linux: ${JSON.stringify(linux)} at ${into}`;
  return text(linux.orig, Math.min(bytes, linux.avail), bytes > linux.avail);
}
