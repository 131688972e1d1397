/**
 * Goal: requests and replies have the form that ARCHITECTURE.md gives them. Method: bytes written
 * out by hand.
 */
import { expect, test } from 'vitest';
import { UNLIMITED } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import { ReplyError, readHello, readOutcomes, readSetup } from '../../linux/replies.ts';
import { runRequest, setupRequest } from '../../linux/requests.ts';
import { machineOf } from './machine.ts';

const u32 = (value: number) => [value % 256, Math.floor(value / 256), 0, 0];
const i64 = (low: number, high = 0) => {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(low, 0);
  bytes.writeInt32LE(high, 4);
  return [...bytes];
};
const MINUS_ONE = i64(-1, -1);
const code = (name: Op['op']) => OP_NAMES.indexOf(name);

const RUN_WORK: Op = { op: 'run_work' };

test('an operation is its code, its label and its fields in order', () => {
  const op: Op = {
    op: 'map_page',
    out: 7,
    device: 1,
    buffer: 3,
    size: 0x100000001,
    offset: 0,
    direction: 'from-device',
    attrs: ['weak-ordering', 'skip-cpu-sync'],
    cpu: 0,
  };
  const fields = [i64(7), i64(1), i64(3), i64(1, 1), i64(0), i64(2), i64(0b1001), i64(0)];
  expect([...runRequest([op])]).toEqual([3, ...u32(1), code('map_page'), ...fields.flat()]);
});

test('spans are counted pairs, and what is left out is -1', () => {
  const op: Op = {
    op: 'sg_from_pages',
    out: 2,
    buffer: 0,
    pages: [
      [5, 2],
      [0, 1],
    ],
    offset: 0,
    size: -1,
    max_segment: 4096,
    more: 0,
  };
  const spans = [...u32(2), ...u32(5), ...u32(2), ...u32(0), ...u32(1)];
  const rest = [i64(0), MINUS_ONE, i64(4096), i64(0)].flat();
  const head = [3, ...u32(1), code('sg_from_pages'), ...i64(2), ...i64(0)];
  expect([...runRequest([op])]).toEqual([...head, ...spans, ...rest]);
});

test('a machine is its devices and arenas; without a limit is all ones', () => {
  const machine = machineOf([
    { mask: null, coherentMask: UNLIMITED, windows: [{ cpu: 4096, dma: 0, size: 8192 }] },
  ]);
  const device = [
    i64(0),
    i64(0),
    i64(0),
    MINUS_ONE,
    i64(0),
    i64(65536),
    MINUS_ONE,
    i64(0),
    u32(1),
    i64(4096),
    i64(0),
    i64(8192),
  ];
  const arenas = [u32(1), i64(0x60000000), i64(4096)];
  expect([...setupRequest(machine, [[0x60000000, 4096]])]).toEqual([
    ...[2, ...u32(1)],
    ...[...device, ...arenas].flat(),
  ]);
});

test('outcomes of all kinds are read', () => {
  const limit: Op = { op: 'max_mapping_size', device: 0 };
  const ops = [RUN_WORK, RUN_WORK, RUN_WORK, RUN_WORK, RUN_WORK, limit];
  const frame = Buffer.from([
    ...[0, 0, 2, 0, ...i64(0, 1), 2, ...u32(1), ...i64(0xa5), ...i64(16)],
    ...[1, 0],
    ...[2, 0, ...u32(22)],
    ...[3, 0],
    ...[0, 0, 1, 4, ...i64(1)],
    ...[0, 0, 1, 9, ...MINUS_ONE],
  ]);
  expect(readOutcomes(frame, ops)).toEqual([
    { is: 'ok', phys: 2 ** 32, bytes: [[0xa5, 16]] },
    { is: 'none' },
    { is: 'error', errno: 'EINVAL' },
    { is: 'skipped' },
    { is: 'ok', truth: true },
    { is: 'ok', length: UNLIMITED },
  ]);
});

test.each([
  ['cut off', [0, 0, 1]],
  ['too long', [1, 0, 0]],
  ['no kind', [9, 0]],
  ['no errno', [2, 0, ...u32(250)]],
  ['no result', [0, 0, 1, 99, ...i64(0)]],
])('a reply that is wrong is no answer: %s', (_name, bytes) => {
  expect(() => readOutcomes(Buffer.from(bytes), [RUN_WORK])).toThrow(ReplyError);
});

test('a kernel says who it is and where its bounce pool lies', () => {
  const name = Buffer.from('6.12');
  const pool = [i64(0x7b000000), i64(128), i64(1), i64(0)].flat();
  expect(readHello(Buffer.from([...u32(4), ...name, ...pool]))).toEqual({
    release: '6.12',
    bouncePool: { phys: 0x7b000000, slots: 128, areas: 1, force: false },
  });
  const none = [i64(0), i64(0), i64(0), i64(0)].flat();
  expect(readHello(Buffer.from([...u32(4), ...name, ...none])).bouncePool).toBe(null);
});

test('devices that could not be made are an error', () => {
  readSetup(Buffer.from(i64(0).slice(0, 4)));
  expect(() => readSetup(Buffer.from(i64(-12).slice(0, 4)))).toThrow(/error -12/);
});
