/**
 * Goal: docs/formats.md tells the truth. Method: its trace is read, its conversation is held with
 * the example subject, and every member carveout writes must be on the page: that of a document in
 * the section of this document.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { benchJson } from '../../bench/measure.ts';
import { surveyBoards } from '../../boards/survey.ts';
import { bugById } from '../../bugs/catalog.ts';
import { jsonText as bugsJson } from '../../cli/bugs/report.ts';
import { summarize } from '../../cli/bugs/summary.ts';
import { machineToJson } from '../../contract/json/machine.ts';
import { TraceReader } from '../../contract/json/trace.ts';
import type { Machine } from '../../contract/machine.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import type { Finding } from '../../questions/question.ts';
import { QUESTIONS } from '../../questions/questions.ts';
import { boardsJson } from '../../report/boards.ts';
import { questionsJson } from '../../report/questions.ts';
import { blob } from '../boards/blob.ts';
import { device, GIB, MIB, memory, pool, reserved, root } from '../boards/trees.ts';
import { said, temporaryFolder } from './launch.ts';

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

/** Members whose own members are data: counts by name. */
const MAPS = ['labels', 'known', 'hits', 'notes'];

function membersOf(value: unknown, members = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return members;
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value)) members.add(name);
    const isMap = MAPS.includes(name) && !Array.isArray(member);
    if (!isMap) membersOf(member, members);
  }
  return members;
}

/** The text of a section, and its members that are not in it. */
function missingIn(title: string, json: string): readonly string[] {
  const section = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const document = JSON.parse(json) as { readonly carveout: string; readonly version: number };
  expect(section).toContain(`\`"${document.carveout}"\``);
  expect(document.version).toBe(1);
  const members = membersOf(document);
  expect(members.size).toBeGreaterThan(5);
  return [...members].filter((member) => !section.includes(`\`${member}\``));
}

const tree = blob(
  root(
    memory(),
    reserved(pool('p', 2 * GIB, MIB, 1)),
    device('d@1', { 'memory-region': [1] }),
    device('d@2', { 'memory-region': [9] }),
  ),
);

describe('every member is in its section:', () => {
  const folder = temporaryFolder();
  const scenario = join(TOP, 'corpus/pool-size-zero.carveout');

  test('the report, and the board in it', async () => {
    const run = await said(['fuzz', '--json', '--no-corpus', '--cases', '8', '--seed', 'page']);
    expect(missingIn('The report', run)).toEqual([]);
    const file = join(folder, 'a.dtb');
    writeFileSync(file, tree);
    const words = ['board', file, '--json'];
    const plain = await said([...words, '--no-fuzz']);
    expect(missingIn('The board', plain)).toEqual([]);
    const fuzzed = JSON.parse(await said([...words, '--no-corpus', '--cases', '8']));
    expect(fuzzed.board).toEqual(JSON.parse(plain).board);
    expect(fuzzed.board.reach[0][0].is).toBe('direct');
    expect(fuzzed.board.notes).not.toEqual([]);
  });

  test('the replay and the judgement', async () => {
    const trace = join(folder, 'a.trace');
    const replayed = await said(['replay', '--json', scenario, '--trace', trace]);
    expect(missingIn('The replay', replayed)).toEqual([]);
    const dead = '{"op":"free","buffer":"h9","outcome":{"is":"ok"}}\n';
    writeFileSync(trace, dead, { flag: 'a' });
    const judged = await said(['judge', '--json', trace]);
    expect(JSON.parse(judged).unjudged).toHaveLength(1);
    expect(missingIn('The judgement', judged)).toEqual([]);
  });

  test('the boards', () => {
    const files: Record<string, Uint8Array> = { good: tree, junk: new Uint8Array(3) };
    const survey = surveyBoards(Object.keys(files), { read: (file) => files[file]! });
    const reach = { pools: { direct: 1, 'no-linear-address': 1 }, ram: {} };
    const fuzzed = { cases: 8, operations: 100, buckets: [], lost: [] };
    const json = boardsJson({ source: 'x', survey, reach, ...fuzzed });
    expect(missingIn('The boards', json)).toEqual([]);
    const { where, found, expected } = survey.failures[0]!.error;
    expect(JSON.parse(json)).toMatchObject({
      verdict: 'broken',
      survey: { failures: [{ file: 'junk', where, found, expected }] },
    });
  });

  test('the questions', () => {
    const finding = { policy: 'P1f', about: 'a', predicted: 'b', measured: 'c', agrees: false };
    const violation = { law: 'map/complete', expected: 'x', observed: 'y' };
    const failure = { violation, step: 3, op: null, outcome: null };
    const findings = QUESTIONS.map(() => [finding as Finding]);
    const answers = { findings, programs: 1, operations: 2, broken: [{ failure, scenario: 's' }] };
    const json = questionsJson({ seed: 'a', linux: answers, repaired: answers });
    expect(missingIn('The questions', json)).toEqual([]);
    expect(JSON.parse(json)).toMatchObject({ verdict: 'broken', programs: 2, operations: 4 });
    const alone = JSON.parse(questionsJson({ seed: 'a', linux: null, repaired: answers }));
    expect(alone.questions[0].findings[0]).toMatchObject({ linux: null, agrees: null });
  });

  test('the bugs', () => {
    const found = { law: 'pool/creation', operations: 3, devices: 1, text: 'op' };
    const known = { hits: { 'pool-size-zero': 3 }, broken: [found] };
    const seeds = [{ seed: 'a', stage: 'pools', found, cases: 4, milliseconds: 100 }];
    const bug = bugById('coherent-release-keeps-pointer')!;
    const summary = summarize(bug, { bug: bug.id, loaded: ['a.ts'], seeds, known });
    const survey = { seeds: 1, summaries: [summary], linux: known, problems: [], milliseconds: 1 };
    const json = bugsJson(survey);
    expect(missingIn('The bugs', json)).toEqual([]);
    const [row] = JSON.parse(json).bugs;
    expect(row).toMatchObject({ id: bug.id, found: 1, known });
    expect(row.laws[0].texts).toEqual([{ seeds: ['a'], text: 'op', operations: 3, devices: 1 }]);
  });

  test('the bench', () => {
    const row = { name: 'n', value: 1, unit: 'ns', ratio: 2, ratioOf: 'times' } as const;
    const claim = { says: 's', value: 2, range: [1, 3], holds: true } as const;
    const table = { title: 't', rows: [row], claims: [claim], notes: ['n'] };
    const json = benchJson([{ bench: 'pool', tables: [table] }]);
    expect(missingIn('The bench', json)).toEqual([]);
    expect(JSON.parse(json).benches).toEqual([{ bench: 'pool', tables: [table] }]);
  });
});
