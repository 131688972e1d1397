/**
 * A mapping and its end in 64 MiB of bounce slots, beside the kernel's own loops on flat arrays
 * (literal-slots.ts). Processors take turns; no bytes are copied on either side.
 *
 * States: `empty`; `front-packed`, the first slots taken; `random`, every slot taken with that
 * chance; `combed`, of 30 slots the first 27 taken, so that a request for 4 finds nothing.
 */
import { pathToFileURL } from 'node:url';
import { UNLIMITED } from '../contract/numbers.ts';
import { IoTlbMem, type SwiotlbDevice } from '../sut/dma/swiotlb/mem.ts';
import { LiteralSlots } from './literal-slots.ts';
import { type BenchRow, type BenchTable, interleaved, tableText } from './measure.ts';
import { numbers } from './pool-states.ts';

const NSLABS = 32768;
const START = 2 ** 30;
const ORIG = 2 ** 31;
const SLOT = 2048;
/** Bytes mapped, equally often: packets, pages, and a few long ones. */
const SIZES = [1500, 4096, 512, 9000, 2048, 65536, 1500, 16384, 64, 4096, 1500, 32768];
const AREAS = [1, 4, 16, 64];

const DEVICE: SwiotlbDevice = {
  dmaMask: UNLIMITED,
  busDmaLimit: 0,
  dmaRangeMap: null,
  segmentBoundary: UNLIMITED,
  minAlign: 0,
  dmaUsesIoTlb: false,
  dmaIoTlbPools: [],
};

/** Is the slot taken, before anything is measured? */
type State = () => (slot: number) => boolean;

interface Side {
  /** Bounce address, or -1. */
  map(bytes: number, cpu: number): number;
  unmap(tlbAddr: number): void;
}

const front =
  (share: number): State =>
  () =>
  (slot) =>
    slot < NSLABS * share;

const random =
  (percent: number): State =>
  () => {
    const draw = numbers();
    return () => draw(100) < percent;
  };

function optimized(nareas: number): Side {
  const mem = new IoTlbMem({ start: START, nslabs: NSLABS, nareas, pageSize: 4096 });
  return {
    map: (bytes, cpu) => mem.tblMapSingle(DEVICE, ORIG, bytes, 0, cpu) ?? -1,
    unmap: (tlbAddr) => void mem.tblUnmapSingle(DEVICE, tlbAddr),
  };
}

function literal(nareas: number): Side {
  const slots = new LiteralSlots(START, NSLABS, nareas);
  return {
    map: (bytes, cpu) => slots.map(ORIG, bytes, cpu),
    unmap: (tlbAddr) => slots.unmap(tlbAddr),
  };
}

/** Every slot is mapped, area by area, then what the state has free is unmapped. */
function enter(side: Side, nareas: number, state: State): Side {
  for (let slot = 0; slot < NSLABS; slot++) side.map(1, Math.floor((slot * nareas) / NSLABS));
  const taken = state();
  for (let slot = 0; slot < NSLABS; slot++) if (!taken(slot)) side.unmap(START + slot * SLOT);
  return side;
}

function operation(side: Side): () => number {
  let turn = 0;
  return () => {
    const tlbAddr = side.map(SIZES[turn % SIZES.length]!, turn % 64);
    turn++;
    if (tlbAddr >= 0) side.unmap(tlbAddr);
    return tlbAddr;
  };
}

/** Nanoseconds of both sides; the same requests have the same answers. */
function compare(name: string, nareas: number, state: State, turns: number): [number, number] {
  const sides = [optimized(nareas), literal(nareas)].map((side) => {
    return operation(enter(side, nareas, state));
  });
  for (let k = 0; k < 64 * SIZES.length; k++) {
    const [ours, theirs] = sides.map((map) => map());
    if (ours !== theirs) throw new Error(`${name}: ${ours} is not ${theirs}`);
  }
  const candidates = sides.map((map, side) => ({
    name,
    operations: SIZES.length * (side === 0 ? 8 * turns : turns),
    operation: () => void map(),
  }));
  const [ours, theirs] = interleaved(candidates, 9);
  return [ours!, theirs!];
}

interface Measured {
  readonly name: string;
  readonly state: State;
  /** Rounds of the mix on the literal side. */
  readonly turns: number;
  /** Gain that is promised whatever the number of areas; null: there is little to search. */
  readonly least: number | null;
}

const STATES: readonly Measured[] = [
  { name: 'empty', state: front(0), turns: 200, least: null },
  { name: 'front-packed 50 %', state: front(0.5), turns: 100, least: null },
  { name: 'front-packed 90 %', state: front(0.9), turns: 100, least: null },
  { name: 'random 50 %', state: random(50), turns: 8, least: 3 },
  { name: 'random 90 %', state: random(90), turns: 8, least: 5 },
  { name: 'combed 90 %', state: () => (slot) => slot % 30 < 27, turns: 8, least: 5 },
];

export function slotsBench(): BenchTable[] {
  return STATES.map(({ name, state, turns, least }) => {
    const rows: BenchRow[] = [];
    const gains: number[] = [];
    const losses: string[] = [];
    for (const nareas of AREAS) {
      const [ours, theirs] = compare(name, nareas, state, turns);
      const ratio = theirs / ours;
      const areas = `${nareas} area${nareas === 1 ? '' : 's'}`;
      gains.push(ratio);
      if (ratio < 1) losses.push(`slower than the literal loops: ${areas}`);
      rows.push(
        { name: `${areas}: optimized`, value: ours, unit: 'ns' },
        { name: `${areas}: literal`, value: theirs, unit: 'ns', ratio, ratioOf: 'our cost' },
      );
    }
    const worst = Math.min(...gains);
    const says = `gains at least ${least}x over the literal loops`;
    const claims = least === null ? [] : [{ says, value: worst, holds: worst >= least }];
    return { title: `a mapping and its end, 32768 slots, ${name}`, rows, claims, notes: losses };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(slotsBench().map(tableText).join('\n\n'));
}
