/** Goal: the packages of one kernel are found. Method: an archive of a few paragraphs. */
import { describe, expect, test } from 'vitest';
import { parseParagraphs } from '../../../linux/rig/apt.ts';
import { findBuild } from '../../../linux/rig/builds.ts';

const meta = (name: string, version: string, release: string) => `Package: ${name}
Version: ${version}
Depends: linux-image-${release} (= ${version})
Description: Linux for 64-bit machines
 Version: this line goes on
`;

const headers = (release: string, version: string, common: string, kbuild: string) => `Package: x
Version: ${version}
Depends: linux-base (>= 4.12~), ${common} (= ${version}), linux-image-${release} (= ${version}) | \
linux-image-${release}-unsigned (= ${version}), ${kbuild} (>= ${version}), gcc-12
`;

const ARCHIVE = new Map([
  [
    'linux-image-6.12-arm64:arm64',
    `${meta('m', '6.12.9-1~bpo', '6.12.9+b-arm64')}\n${meta('m', '6.12.7-1', '6.12.7+b-arm64')}`,
  ],
  [
    'linux-image-arm64:arm64',
    `${meta('m', '6.1.192-2', '6.1.0-56-arm64')}\n${meta('m', '6.1.176-1', '6.1.0-51-arm64')}`,
  ],
  [
    'linux-headers-6.12.9+b-arm64:arm64',
    headers(
      '6.12.9+b-arm64',
      '6.12.9-1~bpo',
      'linux-headers-6.12.9+b-common',
      'linux-kbuild-6.12.9+b',
    ),
  ],
  [
    'linux-headers-6.1.0-56-arm64:arm64',
    headers('6.1.0-56-arm64', '6.1.192-2', 'linux-headers-6.1.0-56-common', 'linux-kbuild-6.1'),
  ],
]);

const apt = (problem: string | null = null) => ({
  problem,
  show: async (name: string) => parseParagraphs(ARCHIVE.get(name) ?? ''),
});

describe('the packages of a kernel', () => {
  test('are the newest of a series by its metapackage', async () => {
    expect(await findBuild(apt(), '6.12', undefined)).toEqual({
      version: '6.12.9-1~bpo',
      release: '6.12.9+b-arm64',
      packages: [
        'linux-image-6.12.9+b-arm64:arm64=6.12.9-1~bpo',
        'linux-headers-6.12.9+b-arm64:arm64=6.12.9-1~bpo',
        'linux-headers-6.12.9+b-common',
        'linux-kbuild-6.12.9+b',
      ],
    });
  });

  test('may be those of the usual kernel', async () => {
    const build = await findBuild(apt(), '6.1', undefined);
    expect(build).toMatchObject({ version: '6.1.192-2', release: '6.1.0-56-arm64' });
    expect(build).toMatchObject({ packages: expect.arrayContaining(['linux-kbuild-6.1']) });
  });

  test('of a version are of no other', async () => {
    expect(await findBuild(apt(), '6.1', '6.1.192-2')).toMatchObject({ version: '6.1.192-2' });
    expect(await findBuild(apt(), '6.1', '6.1.5-1')).toBe(
      'the apt sources of this machine offer none',
    );
  });

  test('need headers', async () => {
    expect(await findBuild(apt(), '6.12', '6.12.7-1')).toBe(
      'linux-headers-6.12.7+b-arm64:arm64 is not in the archive',
    );
  });

  test('that lists do not have are missing because lists could not be read', async () => {
    expect(await findBuild(apt('no network'), '6.6', undefined)).toBe('no network');
  });
});
