/** What the kernel of a profile is built with, as far as allocations depend on it. */
import type { ProfileName } from '../../contract/machine.ts';

export interface Config {
  /**
   * DMA_DIRECT_REMAP: coherent memory of devices that do not snoop is mapped anew. It brings
   * DMA_COHERENT_POOL with it: who may not sleep takes from the atomic pools instead.
   */
  readonly dmaDirectRemap: boolean;
  /** DMA_CMA. x86-64 reads no device tree here, and CMA needs an MMU. */
  readonly dmaCma: boolean;
  readonly dmaRestrictedPool: boolean;
}

const NOTHING: Config = { dmaDirectRemap: false, dmaCma: false, dmaRestrictedPool: false };

/** Source: kernel/dma/Kconfig, mm/Kconfig, arch/arm64/Kconfig, Linux 6.12. */
export const CONFIG: Readonly<Record<ProfileName, Config>> = {
  arm64: { dmaDirectRemap: true, dmaCma: true, dmaRestrictedPool: true },
  'x86-64': NOTHING,
  'arm-nommu': NOTHING,
};
