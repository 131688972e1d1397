/** What the DMA layer needs of the machine it lives in. */
import type { Machine } from '../contract/machine.ts';
import { Ram } from '../hardware/ram.ts';
import { Resources } from './kernel/resource.ts';
import { type BootedMemory, bootMemory } from './mm/boot.ts';

export interface Memory extends BootedMemory {
  readonly pageSize: number;
  readonly resources: Resources;
  readonly ram: Ram;
}

/** The memory of a machine that has just booted. */
export function memoryOf(machine: Machine): Memory {
  const resources = new Resources(machine);
  const { pageSize } = machine;
  return { pageSize, resources, ram: new Ram(), ...bootMemory(machine, resources) };
}
