/**
 * Goal: JSON somebody else wrote is refused with its place, what was found, what was expected and
 * the near miss. Method: a table of single mistakes.
 */
import { describe, expect, test } from 'vitest';
import { JSON_LIMITS, parseJsonLine } from '../../contract/json/line.ts';
import { machineFromJson } from '../../contract/json/machine.ts';
import { opFromJson } from '../../contract/json/op.ts';
import { outcomeFromJson } from '../../contract/json/outcome.ts';
import { JsonPlace } from '../../contract/json/place.ts';
import { refusal } from './refusal.ts';

const SMALL = {
  profile: 'arm64',
  banks: [{ base: '0x80000000', size: 2 ** 31 }],
  regions: [{ name: 'p0', kind: 'pool', base: '0xa0000000', size: 2 ** 20, noMap: true }],
  devices: [{ name: 'd0', mask: '0x3fffffff', regions: ['p0'] }],
};
const small = machineFromJson(SMALL);

const device = (members: object) => ({ ...SMALL, devices: [{ name: 'd0', ...members }] });
const region = (members: object) => ({ ...SMALL, regions: [{ ...SMALL.regions[0], ...members }] });

const MACHINES: readonly [what: string, machine: unknown, message: string][] = [
  ['no object', 7, 'found 7 at $, expected a machine'],
  [
    'an unknown profile',
    { ...SMALL, profile: 'arm46' },
    '"arm46" at $.profile, expected a profile',
  ],
  ['a member too many', { ...SMALL, bank: [] }, '"bank" at $, expected one of'],
  ['a missing member', { profile: 'arm64' }, 'no "banks" at $'],
  [
    'a number for an address',
    region({ base: 4096 }),
    '4096 at $.regions[0].base, expected an addr',
  ],
  ['an address of 2^52', region({ base: '0x10000000000000' }), 'at $.regions[0].base, expected'],
  ['a rounded count', region({ size: 2 ** 53 }), '9007199254740992 at $.regions[0].size'],
  ['a fraction', region({ size: 0.5 }), '0.5 at $.regions[0].size, expected bytes'],
  ['an unknown region', device({ regions: ['p1'] }), '"p1" at $.devices[0].regions[0], expected'],
  ['an unknown kind', region({ kind: 'pol' }), '"pol" at $.regions[0].kind'],
  ['a truth that is none', device({ coherent: 1 }), '1 at $.devices[0].coherent, expected true or'],
  ['a contradiction', region({ kind: 'cma' }), 'at $.regions[0], expected reusable memory stays'],
  ['two of a name', { ...SMALL, devices: [{ name: 'a' }, { name: 'a' }] }, 'at $.devices[1]'],
  ['too many windows', device({ windows: Array(65).fill(0) }), '65 items at $.devices[0].windows'],
];

const OPS: readonly [what: string, op: unknown, message: string][] = [
  ['an unknown operation', { op: 'fre', buffer: 'h0' }, '"fre" at $.op, expected an operation'],
  ['no operation', { buffer: 'h0' }, 'no "op" at $'],
  ['no label', { op: 'alloc_coherent', device: 'd0', size: 1 }, 'no "out" at $'],
  ['a bad label', { op: 'free', buffer: 'x0' }, '"x0" at $.buffer, expected a label'],
  ['a label too large', { op: 'free', buffer: 'h1048577' }, '"h1048577" at $.buffer'],
  ['an unknown device', { op: 'release', device: 'd1' }, '"d1" at $.device, expected a device of'],
  ['a misspelled operand', { op: 'free', bufer: 'h0' }, '"bufer" at $, expected one of op, buffer'],
  [
    'an operand too small',
    { op: 'coherent_ok', device: 'd0', phys: '0x0', size: 0 },
    '0 at $.size',
  ],
  [
    'too many bits',
    { op: 'set_mask', device: 'd0', mask: 65 },
    '65 at $.mask, expected address wi',
  ],
  ['an unknown flag', alloc({ attrs: ['no-wran'] }), '"no-wran" at $.attrs[0], expected attrs'],
  ['an unknown choice', alloc({ gfp: 'sleepy' }), '"sleepy" at $.gfp, expected gfp: one of'],
];

function alloc(members: object): object {
  return { op: 'alloc_coherent', out: 'h0', device: 'd0', size: 1, ...members };
}

const OUTCOMES: readonly [what: string, outcome: unknown, message: string][] = [
  ['a list', [], 'a list of 0 at $, expected an outcome'],
  ['an unknown kind', { is: 'okay' }, '"okay" at $.is, expected what came of it'],
  ['an unknown errno', { is: 'error', errno: 'EINVALID' }, '"EINVALID" at $.errno'],
  ['no errno', { is: 'error' }, 'no "errno" at $'],
  ['a result of another operation', { is: 'ok', pfn: 1 }, '"pfn" at $, expected one of is, warn'],
  ['a result without success', { is: 'none', phys: '0x0' }, '"phys" at $'],
  ['an address in decimal', { is: 'ok', phys: '4096' }, '"4096" at $.phys'],
  ['a negative address', { is: 'ok', phys: '-0x1' }, '"-0x1" at $.phys'],
  ['an empty run', { is: 'ok', bytes: [[0, 0]] }, '0 at $.bytes[0][1], expected the length of a'],
  ['a run of words', { is: 'ok', bytes: [[256, 1]] }, '256 at $.bytes[0][0]'],
  ['half a run', { is: 'ok', bytes: [[1, 1], [2]] }, 'a list of 1 at $.bytes[1], expected a run'],
  ['a long reason', { is: 'crash', crash: 'bug', where: 'x'.repeat(5000) }, '5000 characters at'],
];

describe('refusals', () => {
  const at = new JsonPlace('a.jsonl', 12);

  test.each(MACHINES)('a machine with %s', (_what, machine, message) => {
    expect(refusal(() => machineFromJson(machine, at)).message).toContain(message);
  });

  test.each(OPS)('an operation with %s', (_what, op, message) => {
    expect(refusal(() => opFromJson(op, small, at)).message).toContain(message);
  });

  test.each(OUTCOMES)('an outcome with %s', (_what, outcome, message) => {
    const { message: found } = refusal(() => outcomeFromJson(outcome, 'alloc_coherent', at));
    expect(found).toContain(message);
  });

  test('name file, line, place, finding, expectation and the near miss', () => {
    const place = at.at('ops').at(3);
    const { problem, message } = refusal(() =>
      opFromJson({ op: 'release', device: 'd00' }, small, place),
    );
    expect(problem).toMatchObject({ file: 'a.jsonl', line: 12, hint: 'did you mean "d0"?' });
    expect(message).toBe(
      'a.jsonl:12: found "d00" at $.ops[3].device, expected a device of the machine\n' +
        '  hint: did you mean "d0"?',
    );
  });

  test('of a line that is no JSON, or too long', () => {
    expect(refusal(() => parseJsonLine('{"a":', 'a.jsonl', 3)).message).toContain('a.jsonl:3');
    const long = ' '.repeat(JSON_LIMITS.line + 1);
    expect(refusal(() => parseJsonLine(long, 'a.jsonl', 4)).problem.line).toBe(4);
  });
});
