/** Goal: what is in the cache is complete and what was asked for. Method: entries that fail. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf, sourcesHash } from '../../../linux/rig/build.ts';
import { cacheDirectory, completeEntry, keyOf } from '../../../linux/rig/cache.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'carveout-cache-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the folder', () => {
  test('is what the environment says, ours before the usual one', () => {
    expect(cacheDirectory({ CARVEOUT_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheDirectory({ XDG_CACHE_HOME: '/b' })).toBe('/b/carveout');
    expect(cacheDirectory({ XDG_CACHE_HOME: '' })).toMatch(/\/\.cache\/carveout$/);
  });
});

describe('keys', () => {
  test('are plain names', () => {
    expect(keyOf('6.12.117-1~deb12u1')).toBe('6.12.117-1_7e_deb12u1');
  });

  test('of distinct versions are distinct', () => {
    const versions = ['1~2', '1_2', '1:2', '1/2', '1_7e_2', '1+2', '1.2', '12', '../1'];
    const keys = versions.map(keyOf);
    expect(new Set(keys).size).toBe(versions.length);
    expect(keys.filter((key) => !/^[\w.+-]+$/.test(key))).toEqual([]);
  });
});

describe('an entry', () => {
  test('is made once', async () => {
    const entry = join(folder, 'kinds', 'once');
    const make = async (scratch: string) => writeFileSync(join(scratch, 'file'), 'made');
    expect(await completeEntry(entry, make)).toBe(true);
    expect(await completeEntry(entry, () => expect.fail('made again'))).toBe(false);
    expect(readFileSync(join(entry, 'file'), 'utf8')).toBe('made');
  });

  test('that fails half-way leaves nothing', async () => {
    const kinds = join(folder, 'failing');
    const making = completeEntry(join(kinds, 'half'), async (scratch) => {
      writeFileSync(join(scratch, 'file'), 'half');
      throw new Error('no more');
    });
    await expect(making).rejects.toThrow('no more');
    expect(readdirSync(kinds)).toEqual([]);
  });

  test('made by two at once is one of both, whole', async () => {
    const kinds = join(folder, 'both');
    const make = (name: string) =>
      completeEntry(join(kinds, 'entry'), async (scratch) => {
        for (const file of ['first', 'second']) {
          writeFileSync(join(scratch, file), name);
          await Promise.resolve();
        }
      });
    expect(await Promise.all([make('a'), make('b')])).toContain(true);
    expect(readdirSync(kinds)).toEqual(['entry']);
    const words = ['first', 'second'].map((file) => readFileSync(join(kinds, 'entry', file)));
    expect(words[0]).toEqual(words[1]);
  });
});

describe('the sum of sources', () => {
  const sources = () => join(folder, 'sources');

  test('changes with a name, a text, a file below, and the header', () => {
    mkdirSync(join(sources(), 'below'), { recursive: true });
    writeFileSync(join(sources(), 'a.c'), 'int a;');
    const sums = [sourcesHash(sources(), 'one'), sourcesHash(sources(), 'two')];
    writeFileSync(join(sources(), 'a.c'), 'int b;');
    sums.push(sourcesHash(sources(), 'one'));
    writeFileSync(join(sources(), 'below', 'b.h'), '');
    sums.push(sourcesHash(sources(), 'one'));
    rmSync(join(sources(), 'below', 'b.h'));
    writeFileSync(join(sources(), 'below', 'c.h'), '');
    sums.push(sourcesHash(sources(), 'one'));
    expect(new Set(sums).size).toBe(sums.length);
  });

  test('is the same for the same', () => {
    expect(sourcesHash(sources(), 'one')).toBe(sourcesHash(sources(), 'one'));
  });
});

describe('what a compiler complains of', () => {
  test('begins with the first error', () => {
    const stderr = 'a.c: In function f:\na.c:3: error: no x\n  3 | x\nmake: *** Error 1\n';
    expect(complaintOf(stderr)).toBe('a.c:3: error: no x\n  3 | x\nmake: *** Error 1');
  });

  test('without an error is the end', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    expect(complaintOf(lines.join('\n')).split('\n')).toEqual(lines.slice(-20));
  });
});
