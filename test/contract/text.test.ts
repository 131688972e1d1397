/**
 * Goal: a scenario printed and parsed is the same scenario, what a person got wrong is refused with
 * place and hint, and what real boards have is accepted. Method: round trips over any scenario;
 * tables of single mistakes and of odd machines.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KNOWN_IDS } from '../../contract/known.ts';
import type { Expectation, Header, Scenario } from '../../contract/scenario.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { printScenario } from '../../contract/text/print.ts';
import { cases, holds, name } from './arbitrary.ts';
import { refusal } from './refusal.ts';

const expectations: fc.Arbitrary<Expectation> = fc.oneof(
  fc.constantFrom<Expectation>({ kind: 'ok' }, { kind: 'crash' }),
  name.map((law) => ({ kind: 'law' as const, law })),
);
const ids = fc.uniqueArray(name, { maxLength: 3 }).map((found) => found.sort());

/** One line of anything. */
const comment = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, ''));
/** A command: blanks between words as the person typed them; `#` means nothing here. */
const command = fc
  .array(fc.tuple(name, fc.constantFrom(' ', '  ', '\t', ' #', ' # ')), {
    minLength: 1,
    maxLength: 4,
  })
  .map((words) => words.flat().join('').trim());

const headers: fc.Arbitrary<Header> = fc.record({
  expect: expectations,
  found: fc.option(comment),
  bugs: ids,
  subject: fc.option(command),
  known: fc.subarray([...KNOWN_IDS]).map((found) => found.sort()),
});

const scenarios: fc.Arbitrary<Scenario> = fc
  .tuple(headers, cases)
  .map(([header, { machine, program }]) => ({ header, machine, program }));

describe('round trips', () => {
  test('a scenario, printed and parsed', () => {
    holds(scenarios, (scenario) => {
      expect(parseScenario(printScenario(scenario), 'x.carveout')).toEqual(scenario);
    });
  });

  test('comments, blank lines and carriage returns change nothing', () => {
    holds(scenarios, (scenario) => {
      const lines = printScenario(scenario).split('\n');
      const spaced = lines.flatMap((line) => [line, '', '  # a remark, pool p9 "… \u2028 #']);
      expect(parseScenario(spaced.join('\r\n'), 'x.carveout')).toEqual(scenario);
    });
  });

  test('a line break in the comment cannot break the file', () => {
    holds(cases, ({ machine, program }) => {
      const header: Header = {
        expect: { kind: 'ok' },
        found: 'seed "a\r\nexpect crash"',
        bugs: [],
        subject: null,
        known: [],
      };
      const text = printScenario({ header, machine, program });
      expect(parseScenario(text, 'x.carveout').header.expect).toEqual({ kind: 'ok' });
    });
  });
});

const MACHINE = [
  'carveout scenario 1',
  'expect ok',
  'profile arm64',
  'bank 0x80000000 2G',
  'pool p0 0xa0000000 1M no-map',
  'device d0 mask 32 pool p0',
];

/** The lines of a scenario, with line `number` (from 1) replaced, or added after the last. */
function spoiled(number: number, line: string): string {
  const lines = [...MACHINE];
  lines[number - 1] = line;
  return lines.join('\n');
}

const REFUSALS: readonly [line: number, text: string, message: string][] = [
  [1, 'carveout scenario 2', '1:19: found "2", expected "carveout scenario 1" as the first line'],
  [2, 'expct ok', '2:1: found "expct", expected a header line, a machine line or an operation'],
  [2, 'expect lw x', '2:8: found "lw", expected ok, crash or law\n  hint: did you mean "law"?'],
  [
    2,
    'known pool-size-zero pool-size-zer',
    '2:22: found "pool-size-zer", expected ids of repaired deviations\n  hint: did you',
  ],
  [2, 'known limits-both-zero', '2:7: found "limits-both-zero", expected ids of repaired devia'],
  [2, 'known', '2:6: found the end of the line, expected ids of repaired deviations'],
  [2, 'expect law', '2:11: found the end of the line, expected the id of a law'],
  [3, 'profile arm46', '3:9: found "arm46", expected one of arm64, x86-64, arm-nommu\n  hint: did'],
  [3, 'profile arm64 page 8K', '3:1: found page 8K, expected one of 4K, 16K, 64K'],
  [
    3,
    'profile arm64 pages 4K',
    '3:15: found "pages", expected one of page, line, cpus, zone-dma, lowmem-reserve',
  ],
  [3, 'profile arm64 cpus 0', '3:20: found "0", expected a number of CPUs (1 to 1024)'],
  [3, '# none', '4:1: found "bank", expected the "profile" line first'],
  [
    4,
    'bank 0x80000000 2g',
    '4:17: found "2g", expected a size (0x0 to 0x1fffffffffffff)\n  hint: w',
  ],
  [4, 'bank 0x10000000000000 1M', '4:6: found "0x10000000000000", expected a base address (0x0'],
  [4, 'bank 0x80000800 2G', '4:1: found bank 0x80000800 2G, expected whole pages of 4K'],
  [4, 'bank 0x80000000', '4:16: found the end of the line, expected a size'],
  [4, '', '6:1: found 0 banks, expected 1 to 64'],
  [5, 'pool p0 0xa0000000 1M no-mop', '5:23: found "no-mop", expected no-map, default or disabled'],
  [7, 'pool p=1 0xb0000000 1M', '7:1: found the name "p=1", expected no blanks, quotes, # or ='],
  [
    5,
    'cma p0 0xa0000000 1M',
    '5:1: found 0xa0000000 1M, expected base and size in multiples of 2M',
  ],
  [5, 'pool p0 0xffffffffff000 1M', '5:1: found an end at 0x100000000ff000, expected one at or b'],
  [6, 'device d0 mask 65', '6:16: found "65", expected a width in bits (0 to 64)'],
  [
    6,
    'device d0 pool p1',
    '6:16: found "p1", expected a region defined above\n  hint: did you mean "',
  ],
  [6, 'device d0 mask 32 coherant', '6:19: found "coherant", expected one of coherent, mask, co'],
  [6, 'device d0 segment-boundary 0x1000', '6:1: found segment-boundary 0x1000, expected a mask'],
  [6, 'device d0 iommu 5000 0 1M', '6:1: found iommu granule 5000, expected a power of two'],
  [7, 'device d0', '7:1: found a second "d0", expected names that differ among devices'],
  [
    7,
    'swiotlb slots 100',
    '7:1: found slots 100, expected a power of two, at least 128 slots per area',
  ],
  [
    7,
    'relese d0',
    '7:1: found "relese", expected a header line, a machine line or an operation\n  hin',
  ],
  [
    7,
    'release d1',
    '7:9: found "d1", expected a device of the machine\n  hint: did you mean "d0"?',
  ],
  [7, 'release', '7:8: found the end of the line, expected device: the calling device'],
  [7, 'release d0 d0', '7:12: found "d0", expected the end of the line'],
  [7, 'alloc_coherent d0 1', '7:1: found "alloc_coherent", expected a label: h0 = alloc_coherent'],
  [7, 'h0 = free h1', '7:1: found "h0", expected no label: free returns nothing'],
  [7, 'h0 = alloc_coherent d0 1 gpf=atomic', '7:26: found "gpf=atomic", expected one of gfp=, at'],
  [7, 'h0 = alloc_coherent d0 1 gfp=atomik', '7:30: found "atomik", expected one of blocking, at'],
  [7, 'h0 = alloc_coherent d0 1\nh0 = alloc_coherent d0 1', '8:1: found "h0", expected a new lab'],
  [7, 'free h1048577', '7:6: found "h1048577", expected a label up to h1048576'],
  [7, 'coherent_ok d0 0x0 0', '7:20: found "0", expected size: buffer size (0x1 to'],
  [7, 'release d0\nbank 0x0 4K', '8:1: found "bank", expected an operation: machine lines come be'],
  [7, 'release d0\nexpect ok', '8:1: found "expect", expected header lines before the machine'],
  [2, 'expect ok\nexpect ok', '3:1: found "expect", expected one such line: the other is line 2'],
];

test.each(REFUSALS)('line %i, "%s" is refused', (number, line, message) => {
  const { message: found } = refusal(() => parseScenario(spoiled(number, line), 'bad.carveout'));
  expect(found).toContain(`bad.carveout:${message}`);
});

test('a law nobody told of is refused, where the laws are told', () => {
  const text = spoiled(2, 'expect law pool/disjoin');
  const laws = ['pool/disjoint', 'pool/zero'];
  expect(parseScenario(text, 'x').header.expect).toEqual({ kind: 'law', law: 'pool/disjoin' });
  expect(refusal(() => parseScenario(text, 'x', laws)).message).toBe(
    'x:2:12: found "pool/disjoin", expected the id of a law that a replay can show ' +
      '(a crash: "expect crash")\n  hint: did you mean "pool/disjoint"?',
  );
});

/** What surveys of real device trees and firmware found; a loader must not turn it away. */
const ODD: readonly [what: string, line: number, text: string][] = [
  ['a region outside RAM', 5, 'pool p0 0x20000000 256K'],
  ['a region without no-map inside RAM', 5, 'pool p0 0xa0000000 1M'],
  ['regions that overlap', 7, 'pool p1 0xa0080000 1M no-map'],
  ['a region of size 0', 5, 'pool p0 0xa0000000 0 no-map'],
  ['a region at address 0', 5, 'pool p0 0x0 1M'],
  ['a base and a size that are no pages', 5, 'pool p0 0xa0000123 1000 no-map'],
  ['two default pools', 7, 'pool p1 0xa1000000 1M no-map default\npool p2 0xa2000000 1M default'],
  ['a disabled region', 5, 'pool p0 0xa0000000 1M no-map disabled'],
  ['banks that overlap', 7, 'bank 0x90000000 2G'],
  ['a region across two banks', 7, 'bank 0x100000000 2G\nplain r 0xfff00000 2M no-map'],
  ['a window of size 0', 6, 'device d0 pool p0 window 0x80000000 0x0 0'],
  ['a window beyond RAM', 6, 'device d0 pool p0 window 0x0 0x0 unlimited'],
  ['windows that overlap', 6, 'device d0 pool p0 window 0x0 0x0 4G window 0x0 0x80000000 4G'],
  ['a mask that is no power of two', 6, 'device d0 mask 0xc0000000 pool p0'],
  ['no mask pointer', 6, 'device d0 mask none pool p0'],
  ['masks of 0', 6, 'device d0 mask 0 coherent-mask 0 pool p0'],
  ['one region twice', 6, 'device d0 pool p0 pool p0'],
  ['a name with a unit address', 7, 'device soc@0:dma-controller@1c'],
  ['64-bit sizes', 7, 'device d1 bus-limit 0xffffffffffffffff'],
];

test.each(ODD)('a machine with %s is accepted', (_what, number, line) => {
  const { machine } = parseScenario(spoiled(number, line), 'odd.carveout');
  expect(machine.devices.length).toBeGreaterThan(0);
});
