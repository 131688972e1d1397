/**
 * The machines of the debate, as people read them. Figures: the board a reserved pool is argued
 * about has RAM below and above 4 GiB, pools in both, and devices that snoop, or do not, or have
 * few address lines.
 */
import type { Machine } from '../contract/machine.ts';
import { parseScenario } from '../contract/text/parse.ts';

const PROFILE = 'carveout scenario 1\nprofile arm64';
const BANKS = `
bank 0x40000000 1G
bank 0x100000000 2G
`;
const HEAD = PROFILE + BANKS;
/**
 * ZONE_DMA ends where the narrowest bus of the device tree does, and low memory with it, so that
 * bounce memory lies in the window (arch/arm64/mm/init.c:zone_sizes_init).
 */
const NARROW_HEAD = `${PROFILE} zone-dma 0x5fffffff${BANKS}`;

const POOLS = `pool PL 0x50000000 16M no-map
pool PH 0x120000000 16M no-map
`;

/** Ordinary memory in their place, lent to whoever asks: CMA areas. */
const AREAS = `cma PL 0x50000000 16M
cma PH 0x120000000 16M
`;

/** 64 MiB of bounce memory, as Linux takes it by default. */
const BOUNCE = 'swiotlb slots 32768 areas 1\n';

/** One heap device a pool: a device has one pool at most. */
const HEAPS = `device heapL mask 64 pool PL
device heapH mask 64 pool PH
`;

/** All of them list both pools, so that each can be the owner of either. */
const IMPORTERS = `device d64c mask 64 coherent pool PL pool PH
device d64n mask 64 pool PL pool PH
device d32c mask 32 coherent pool PL pool PH
device d32n mask 32 pool PL pool PH
device d24n mask 24 pool PL pool PH
`;

/** A bus that carries 512 MiB: its address 0 is physical 0x40000000. */
const WINDOW = 'window 0x40000000 0x0 512M bus-limit 0x1fffffff';
/** The same with a second window, higher on both sides: the limit of the bus lies behind it. */
const WINDOWS = 'window 0x40000000 0x0 512M window 0x100000000 0x40000000 1G bus-limit 0x7fffffff';

/** A machine, and what its kernel does before any driver runs. */
export interface Site {
  readonly machine: Machine;
  readonly setup: readonly string[];
}

const site = (name: string, text: string, setup: readonly string[] = []): Site => ({
  machine: parseScenario(text, name).machine,
  setup,
});

/** Low and high. */
export const M1 = site('M1', HEAD + POOLS + BOUNCE + HEAPS + IMPORTERS);

/** M1 with areas where the pools are. */
export const M1_AREAS = site('M1 areas', HEAD + AREAS + BOUNCE + HEAPS + IMPORTERS);

/** M1 with nothing reserved: where the pools were are ordinary pages. */
export const M1_LINEAR = site(
  'M1 linear',
  HEAD + BOUNCE + IMPORTERS.replaceAll(' pool PL pool PH', ''),
);

/** M1, and in place of its own mask a heap device has one of these widths. */
export const M1_MASKS = site(
  'M1 masks',
  HEAD +
    POOLS +
    BOUNCE +
    [24, 32, 64]
      .flatMap((bits) => [
        `device heapL${bits} mask ${bits} pool PL\n`,
        `device heapH${bits} mask ${bits} pool PH\n`,
      ])
      .join('') +
    IMPORTERS,
);

/** A device behind a window, and a heap device behind the same one. */
export const M3 = site(
  'M3',
  `${NARROW_HEAD}${POOLS}${BOUNCE}${HEAPS}device heapLw mask 64 ${WINDOW} pool PL
device dw mask 64 coherent ${WINDOW} pool PL pool PH
`,
);

/** M3 with a pool that goes on where the first of two windows ends. */
export const M3_CROSSED = site(
  'M3 crossed',
  `${HEAD}pool PX 0x5ff00000 2M no-map
${BOUNCE}device heapX mask 64 pool PX
device dw mask 64 coherent ${WINDOWS} pool PX
`,
);

/** M3 with areas where the pools are. */
export const M3_AREAS = site(
  'M3 areas',
  `${NARROW_HEAD}${AREAS}${BOUNCE}${HEAPS}device dw mask 64 coherent ${WINDOW}\n`,
);

/** A device whose streaming mappings are confined to 4 MiB. */
export const M5 = site(
  'M5',
  `${HEAD}${POOLS}restricted R 0x60000000 4M
${BOUNCE}${HEAPS}device dr mask 64 coherent pool PL pool R
`,
  // The driver core binds restricted pools before a driver probes.
  ['attach dr index=1'],
);

/** M5 with areas where the pools are. */
export const M5_AREAS = site(
  'M5 areas',
  `${HEAD}${AREAS}restricted R 0x60000000 4M
${BOUNCE}${HEAPS}device dr mask 64 coherent pool R
`,
  ['attach dr'],
);
