// Goal: what no law can ask for costs nothing, and nothing else is lost. Method: a mapping and
// stores of both sides, for a subject that reports bytes and for one that does not.
import { expect, it } from 'vitest';
import type { Answered } from './forge.ts';
import { judgeAfter, lawBrokenBy, ok } from './forge.ts';
import { at, BOUNCES, LOW, low } from './lies/streaming.ts';

const OK = ok();
const STORED: readonly Answered[] = [
  low,
  ['write h0 0 4096 1', OK],
  ['m1 = map_page d0 h0 4096 direction=bidirectional', at(LOW)],
  ['mapped_write m1 0 64 2', OK],
  ['sync_for_cpu m1', OK],
];

function settingWithout(...hidden: readonly string[]) {
  const told = [...BOUNCES.setting.observes!].filter((name) => !hidden.includes(name));
  return { ...BOUNCES.setting, observes: new Set(told) };
}

it.each([
  { hidden: ['bytes', 'device-bytes'], remembers: false },
  { hidden: ['bytes'], remembers: true },
  { hidden: ['device-bytes'], remembers: true },
])('without $hidden: contents are remembered: $remembers', ({ hidden, remembers }) => {
  const setting = settingWithout(...hidden);
  const { state } = judgeAfter(BOUNCES.machine, STORED, 'unmap m1', setting).judge;
  const { view, dirty } = state.mappings.get(1)!;
  expect([state.bytes.cpu.length > 0, view.length > 0]).toEqual([remembers, remembers]);
  expect(dirty).toEqual([]);
});

it('places of mappings are judged all the same', () => {
  const setting = settingWithout('bytes', 'device-bytes');
  const wrong: Answered = ['m2 = map_page d0 h0 4096', at(LOW + 4096)];
  expect(lawBrokenBy(BOUNCES.machine, [...STORED, wrong], setting)).toBe('map/reachable');
});
