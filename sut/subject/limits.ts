/** Operations that ask about, or change, what a device can reach. */
import type { Errno } from '../../contract/errno.ts';
import { BEYOND, maskOfBits } from '../../contract/numbers.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failed, NONE, OK } from '../../contract/outcome.ts';
import {
  dmaCapable,
  dmaCoherentOk,
  dmaDirectSetOffset,
  dmaToPhys,
  physToDma,
} from '../dma/direct.ts';
import type { LimitOp } from './kinds.ts';
import type { System } from './system.ts';

export const result = (error: Errno | null): Outcome => (error === null ? OK : failed(error));
const addressOrNone = (address: number): Outcome =>
  address === BEYOND ? NONE : { is: 'ok', address };

export function applyLimit({ mapping, streaming, devices }: System, op: LimitOp): Outcome {
  const dev = devices[op.device]!;
  switch (op.op) {
    case 'set_mask':
      return result(mapping.setMask(dev, maskOfBits(op.mask)));
    case 'set_coherent_mask':
      return result(mapping.setCoherentMask(dev, maskOfBits(op.mask)));
    case 'set_offset':
      return result(dmaDirectSetOffset(dev, op.cpu, op.dma, op.size));
    case 'phys_to_dma':
      return addressOrNone(physToDma(dev, op.phys));
    case 'dma_to_phys':
      return addressOrNone(dmaToPhys(dev, op.dma));
    case 'coherent_ok':
      return { is: 'ok', truth: dmaCoherentOk(dev, op.phys, op.size) };
    case 'capable':
      return { is: 'ok', truth: dmaCapable(dev, op.dma, op.size) };
    case 'required_mask':
      return { is: 'ok', address: mapping.getRequiredMask(dev) };
    case 'max_mapping_size':
      return { is: 'ok', length: streaming.maxMappingSize(dev) };
    case 'opt_mapping_size':
      return { is: 'ok', length: streaming.optMappingSize(dev) };
    case 'addressing_limited':
      return { is: 'ok', truth: mapping.addressingLimited(dev) };
  }
}
