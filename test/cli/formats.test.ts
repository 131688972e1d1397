/**
 * Goal: docs/formats.md tells the truth. Method: its trace is read, its conversation is held with
 * the example subject, and every member carveout writes must be on the page.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineToJson } from '../../contract/json/machine.ts';
import { TraceReader } from '../../contract/json/trace.ts';
import type { Machine } from '../../contract/machine.ts';
import { parseScenario } from '../../contract/text/parse.ts';

const TOP = join(import.meta.dirname, '../..');
const page = readFileSync(join(TOP, 'docs/formats.md'), 'utf8');

/** A machine with every part there is. */
const { machine } = parseScenario(
  `carveout scenario 1
   profile arm64
   bank 0x80000000 2G
   pool p0 0xa0000000 64K no-map
   swiotlb slots 128
   device d0 pool p0 window 0x0 0x0 4G iommu 4K 0x0 0xffffffff`,
  'inline',
);

/** The lines of the first block that opens with the fence. */
function block(fence: string): readonly string[] {
  const text = page.split(`\n\`\`\`${fence}\n`)[1]?.split('\n```\n')[0];
  if (text === undefined) throw new Error(`no block "${fence}" on the page`);
  return text.split('\n');
}

test('the trace is one', () => {
  const reader = new TraceReader('docs/formats.md');
  const steps = block('jsonl').map((line) => reader.read(line));
  expect(steps.map((step) => step?.outcome.is)).toEqual([undefined, 'ok', 'ok', 'ok']);
  expect(reader.end().machine.devices[0]?.name).toBe('d0');
});

test('the conversation happens', () => {
  const lines = page.split('\n').filter((line) => /^[<>] \{/.test(line));
  const said = (mark: string) =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
  const { stdout } = spawnSync(process.execPath, ['examples/subject/pool-subject.js'], {
    cwd: TOP,
    input: `${said('>').join('\n')}\n`,
    encoding: 'utf8',
  });
  expect(stdout.trimEnd().split('\n')).toEqual(said('<'));
  expect(said('<')).toHaveLength(4);
});

test('every member of a machine is listed', () => {
  const members = new Set<string>();
  JSON.stringify(machineToJson(machine satisfies Machine), (key: string, value: unknown) => {
    if (!/^\d*$/.test(key)) members.add(key);
    return value;
  });
  expect(members.size).toBeGreaterThan(25);
  expect([...members].filter((member) => !page.includes(`\`${member}\``))).toEqual([]);
});
