/**
 * The system heap of Linux 6.12: chunks of 1 MiB, 64 KiB and 4 KiB, never larger than the one
 * before, of the highest memory there is. Source: drivers/dma-buf/heaps/system_heap.c.
 */
import type { Desk } from './desk.ts';
import { M1_LINEAR } from './machines.ts';

const PAGE = 4096;
const ORDERS = [8, 4, 0] as const;

/** Page orders of the chunks of a buffer. */
function chunksOf(size: number): number[] {
  const orders: number[] = [];
  let left = size / PAGE;
  for (const order of ORDERS) {
    for (; left >= 2 ** order; left -= 2 ** order) orders.push(order);
  }
  return orders;
}

/** Lines that allocate the chunks and make one table of them; labels count from `first`. */
function bufferLines(size: number, first: number): { lines: string[]; table: number } {
  const orders = chunksOf(size);
  const table = first + orders.length;
  let more = size / PAGE;
  const allocs = orders.map((order, index) => `h${first + index} = alloc_pages ${order}`);
  const largest = 2 ** orders[0]! * PAGE;
  const joins = orders.map((order, index) => {
    more -= 2 ** order;
    const call = index === 0 ? `t${table} = sg_from_pages` : `sg_append t${table}`;
    return `${call} h${first + index} max_segment=${largest} more=${more}`;
  });
  return { lines: [...allocs, ...joins], table };
}

/** More than fit into the bounce memory of M1 at sizes that are asked about. */
const BUFFERS = 160;

/** Buffers are mapped one after the other, and stay: how many, and what then? */
export function mapMany(desk: Desk, importer: string, size: number): string {
  const lines: string[] = [];
  const maps: number[] = [];
  let next = 0;
  for (let turn = 0; turn < BUFFERS; turn++) {
    const { lines: made, table } = bufferLines(size, next);
    maps.push(lines.length + made.length);
    lines.push(...made, `m${table + 1} = map_sgtable ${importer} t${table} direction=from-device`);
    next = table + 2;
  }
  const { said } = desk.ask(M1_LINEAR, lines);
  const outcomes = maps.map((line) => said[line]?.outcome);
  const refused = outcomes.findIndex((outcome) => outcome?.is !== 'ok');
  if (refused < 0) return `${BUFFERS} mapped`;
  const outcome = outcomes[refused];
  const how = outcome?.is === 'error' ? `-${outcome.errno}` : (outcome?.is ?? 'not sent');
  return `${refused} mapped, then ${how}`;
}
