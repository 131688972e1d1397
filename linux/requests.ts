/** What the module is asked, as bytes. Form: ARCHITECTURE.md, "Linux as a subject". */
import type { Machine } from '../contract/machine.ts';
import { isCoherent } from '../contract/machine.ts';
import type { Field, Op, Spans } from '../contract/operations.ts';
import { definesOf, OP_NAMES, rowOf } from '../contract/operations.ts';
import { Writer } from './bytes.ts';

const HELLO = 1;
const SETUP = 2;
const RUN = 3;

/** Memory set aside for `alloc_contig`: first byte, bytes. */
export type Arena = readonly [base: number, size: number];

const CODES = new Map(OP_NAMES.map((name, index) => [name, index]));

export function helloRequest(): Buffer {
  return Buffer.from([HELLO]);
}

/** Fresh devices of the machine; all that lives is taken back. */
export function setupRequest(machine: Machine, arenas: readonly Arena[]): Buffer {
  const out = new Writer();
  out.u8(SETUP);
  out.u32(machine.devices.length);
  for (const device of machine.devices) {
    out.i64(isCoherent(machine, device) ? 1 : 0);
    out.i64(device.mask === null ? 0 : 1);
    out.limit(device.mask ?? 0);
    out.limit(device.coherentMask);
    out.limit(device.busLimit);
    out.i64(device.maxSegment);
    out.limit(device.segmentBoundary);
    out.limit(device.minAlign);
    out.u32(device.windows.length);
    for (const { cpu, dma, size } of device.windows) {
      out.i64(cpu);
      out.i64(dma);
      out.limit(size);
    }
  }
  out.u32(arenas.length);
  for (const [base, size] of arenas) {
    out.i64(base);
    out.i64(size);
  }
  return out.bytes;
}

export function runRequest(ops: readonly Op[]): Buffer {
  const out = new Writer();
  out.u8(RUN);
  out.u32(ops.length);
  for (const op of ops) putOp(out, op);
  return out.bytes;
}

function putOp(out: Writer, op: Op): void {
  out.u8(CODES.get(op.op)!);
  const label = definesOf(op);
  if (label !== undefined) out.i64(label);
  const operands = op as unknown as Readonly<Record<string, unknown>>;
  for (const field of rowOf(op.op).fields) putField(out, field, operands[field.name]);
}

function putField(out: Writer, { type, choices = [] }: Field, value: unknown): void {
  switch (type) {
    case 'spans':
      putSpans(out, value as Spans);
      break;
    case 'choice':
      out.i64(choices.indexOf(value as string));
      break;
    case 'flags':
      out.i64((value as readonly string[]).reduce((sum, flag) => sum + bit(choices, flag), 0));
      break;
    default:
      out.i64(value as number);
  }
}

const bit = (choices: readonly string[], flag: string) => 2 ** choices.indexOf(flag);

function putSpans(out: Writer, spans: Spans): void {
  out.u32(spans.length);
  for (const [first, count] of spans) {
    out.u32(first);
    out.u32(count);
  }
}
