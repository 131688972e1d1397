/** The survey over many boards, and fetching without a network. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cacheDirectory, fetchBoards } from '../../boards/fetch.ts';
import { surveyBoards } from '../../boards/survey.ts';
import { blob, node } from './blob.ts';
import { device, GIB, MIB, memory, pool, reserved, root } from './trees.ts';

describe('a survey', () => {
  it('counts boards, regions, devices and notes, and goes on after a failure', () => {
    // Three files: a board with two pools, one without memory, and no device tree at all.
    const off = pool('off', 2 * GIB + MIB, MIB, 2, { status: 'disabled' });
    const dynamic = node('dyn', { compatible: 'shared-dma-pool', size: [0, MIB], 'no-map': true });
    const files: Record<string, Uint8Array> = {
      good: blob(root(memory(), reserved(pool('p', 2 * GIB, MIB, 1), off, dynamic), device('d@1'))),
      bare: blob(root()),
      junk: new Uint8Array(3),
    };
    const seen: string[] = [];
    const survey = surveyBoards(Object.keys(files), {
      read: (file) => files[file]!,
      onBoard: (board, file) => seen.push(`${file} ${board.banksFrom}`),
      onFailure: ({ file, error }) => seen.push(`${file} ${error.where}`),
    });
    expect(seen).toEqual(['good tree', 'bare default', 'junk blob byte 0x0']);
    expect(survey).toMatchObject({
      files: 3,
      loaded: 2,
      coherentRegions: 3,
      coherentDisabled: 1,
      coherentStatic: 2,
      coherentDynamic: 1,
      boardsWithCoherent: 1,
      boardsWithDefaultBank: 1,
      devices: 1,
      notes: { 'region-placed': 1, 'bank-default': 1 },
    });
    expect(survey.failures.map(({ file }) => file)).toEqual(['junk']);
  });

  it('lets foreign errors through', () => {
    // A callback that throws is a bug of the caller, not a broken board.
    const onBoard = () => {
      throw new RangeError('mine');
    };
    const read = () => blob(root(memory()));
    expect(() => surveyBoards(['a'], { read, onBoard })).toThrow(RangeError);
  });
});

describe('fetching', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('answers a reason on a machine without apt', async () => {
    // No program can be found; the cache is a fresh directory.
    const cache = mkdtempSync(join(tmpdir(), 'carveout-'));
    vi.stubEnv('PATH', cache);
    const fetched = await fetchBoards(undefined, cache);
    expect(fetched).toMatchObject({ is: 'unavailable', reason: expect.stringMatching(/apt-get/) });
    rmSync(cache, { recursive: true });
  });

  it('keeps its cache outside the repository', () => {
    // XDG_CACHE_HOME first, the home directory otherwise.
    vi.stubEnv('XDG_CACHE_HOME', '/somewhere');
    expect(cacheDirectory()).toBe('/somewhere/carveout');
    vi.stubEnv('XDG_CACHE_HOME', '');
    expect(cacheDirectory()).toMatch(/\.cache\/carveout$/);
  });
});
