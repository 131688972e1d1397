import type { Desk } from './desk.ts';
import { exportBuffer } from './heap.ts';
import { LONGEST_BOUNCE } from './importers.ts';
import { M1, M1_LINEAR } from './machines.ts';
import { POLICIES } from './policies.ts';
import type { Finding, Question } from './question.ts';
import { compared } from './question.ts';
import { mapMany } from './system-heap.ts';
import { DIRECTIONS } from './workload.ts';

const FRAMES = 1000;
const SIZES = [4096, 65536, LONGEST_BOUNCE] as const;
type Direction = (typeof DIRECTIONS)[number];
type Bracket = 'read' | 'write';

export const Q5: Question = {
  id: 'Q5',
  claim: 'A 32-bit consumer would bounce: what does it cost, and what fails?',
  by: 'Davis, 10 March',
  ask: (desk) => [
    compared('P0', `${FRAMES} frames in its own memory`, '0 bytes copied', ownFrames(desk)),
    perFrame(desk, 'mapped for each', frame),
    perFrame(desk, 'mapped once', synced),
    compared(
      'P1f',
      `PH as RAM: ${FRAMES} frames of 260 KiB`,
      `${FRAMES} refused, 0 bytes copied`,
      tooLong(desk),
    ),
    ...systemHeap(desk),
    compared('P5', 'd32n and PH', '-EBUSY at attach', attachHigh()),
  ],
};

/** Operations of the frames, and how many times the buffer is copied in one. */
interface Frames {
  readonly before: readonly string[];
  readonly each: readonly string[];
  readonly copies: number;
}

const pages = { from: 'pages', phys: 0x120000000 } as const;
const LATE_DIRECTION = { read: 'from-device', write: 'to-device' } as const;

/** Brackets name what the CPU does; a heap passes that on, whatever the mapping's direction is. */
const bracketOf = (bracket: Bracket) => [
  `sync_for_cpu m2 direction=${LATE_DIRECTION[bracket]}`,
  `sync_for_device m2 direction=${LATE_DIRECTION[bracket]}`,
];

function frame(direction: Direction, bracket: Bracket): Frames {
  const map = `m2 = map_sgtable d32n t1 direction=${direction}`;
  // In at map, once in the bracket, and out at unmap if the device may write.
  const copies = direction === 'to-device' ? 2 : 3;
  return { before: [], each: [map, ...bracketOf(bracket), 'unmap m2'], copies };
}

function synced(direction: Direction, bracket: Bracket): Frames {
  const map = `m2 = map_sgtable d32n t1 direction=${direction}`;
  return { before: [map], each: bracketOf(bracket), copies: 1 };
}

/** Bytes copied in all frames of all sizes, directions and brackets, in times of the buffer. */
function perFrame(
  desk: Desk,
  about: string,
  framesOf: (direction: Direction, bracket: Bracket) => Frames,
): Finding {
  const rows = SIZES.flatMap((size) =>
    DIRECTIONS.flatMap((direction) =>
      (['read', 'write'] as const).map((bracket) => {
        const { before, each, copies } = framesOf(direction, bracket);
        const copied = copiedInFrames(desk, size, before, each);
        return { predicted: copies * FRAMES, measured: copied / size };
      }),
    ),
  );
  const text = (values: readonly number[]) => {
    const times = [...new Set(values)].sort((a, b) => a - b).map((value) => value / FRAMES);
    return `each frame copied ${times.join(' or ')} time${times.join() === '1' ? '' : 's'}`;
  };
  const finding = compared(
    'P1f',
    `PH as RAM: ${FRAMES} frames, ${about}`,
    text(rows.map(({ predicted }) => predicted)),
    text(rows.map(({ measured }) => measured)),
  );
  return { ...finding, agrees: rows.every(({ predicted, measured }) => predicted === measured) };
}

/** A label is defined once: the mappings of frames are m2, m3, … */
function inTurn(lines: readonly string[], turn: number): string[] {
  return lines.map((line) => line.replaceAll(/\bm2\b/g, `m${2 + turn}`));
}

function copiedInFrames(
  desk: Desk,
  size: number,
  before: readonly string[],
  each: readonly string[],
): number {
  const setup = [...exportBuffer(pages, size), ...before];
  const maps = each.some((line) => line.includes('map_sgtable'));
  const frames = Array.from({ length: FRAMES }, (_, turn) => (maps ? inTurn(each, turn) : each));
  return heardOf(desk, setup, frames.flat()).copied;
}

/** What the lines after the setup cost, and how many of them did not succeed. */
function heardOf(desk: Desk, setup: readonly string[], lines: readonly string[]) {
  const said = desk.ask(M1_LINEAR, [...setup, ...lines]).said.slice(setup.length);
  return {
    copied: said.reduce((sum, one) => sum + (one?.copied ?? 0), 0),
    failed: said.filter((one) => one?.outcome.is !== 'ok').length,
  };
}

function ownFrames(desk: Desk): string {
  const size = LONGEST_BOUNCE;
  const frames = Array.from({ length: FRAMES }, () => [
    `write h0 0 ${size} 1`,
    `device_read h0 0 ${size}`,
  ]);
  const setup = [`h0 = alloc_coherent d32n ${size}`];
  const { copied, failed } = heardOf(desk, setup, frames.flat());
  return failed > 0 ? `${failed} operations failed` : `${copied} bytes copied`;
}

function tooLong(desk: Desk): string {
  const setup = exportBuffer(pages, LONGEST_BOUNCE + 4096);
  const frames = Array.from(
    { length: FRAMES },
    (_, turn) => `m${2 + turn} = map_sgtable d32n t1 direction=from-device`,
  );
  const { copied, failed } = heardOf(desk, setup, frames);
  return `${failed} refused, ${copied} bytes copied`;
}

/** Its chunks: 1 MiB, or small enough to bounce. */
function systemHeap(desk: Desk): Finding[] {
  const row = (importer: string, kib: number, predicted: string) =>
    compared(
      'P1f',
      `system heap: ${kib} KiB buffers for ${importer}`,
      predicted,
      mapMany(desk, importer, kib * 1024),
    );
  return [
    // 64 MiB of slots.
    row('d32n', 512, '128 mapped, then -EIO'),
    row('d32n', 1024, '0 mapped, then -EIO'),
    row('d24n', 4, '0 mapped, then -EIO'),
  ];
}

function attachHigh(): string {
  const { machine } = M1;
  const device = machine.devices.find(({ name }) => name === 'd32n')!;
  const region = machine.regions.find(({ name }) => name === 'PH')!;
  return POLICIES.P5.accepts(machine, device, region) ? 'attached' : '-EBUSY at attach';
}
