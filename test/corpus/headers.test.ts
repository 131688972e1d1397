// Goal: a header that expects what no replay can show is refused. Method: files with one such line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readScenario } from '../../properties/runner/corpus.ts';
import { refusal } from '../contract/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'carveout-headers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'a.carveout');
const read = (line: string) => {
  writeFileSync(file, `carveout scenario 1\n${line}\nprofile arm64\nbank 0x0 1G\ndevice d0\n`);
  return readScenario(file);
};

describe('a law to expect', () => {
  it.each(['pool/disjoint', 'placement/leftmost', 'free/commutes'])('may be %s', (law) => {
    expect(read(`expect law ${law}`).header.expect).toEqual({ kind: 'law', law });
  });

  // Misspelled; known as a crash; decided without scenarios.
  it.each(['pool/disjoin', 'any/no-crash', 'bitmap/area', 'board/loads'])('is not %s', (law) => {
    const { problem } = refusal(() => read(`expect law ${law}`));
    expect(problem).toMatchObject({ file, line: 2, column: 12, found: `"${law}"` });
  });
});
