/** Goal: people are told what to install, once and in one sentence. Method: less is installed. */
import { describe, expect, test } from 'vitest';
import { type Installed, missingTools } from '../../../linux/rig/tools.ts';

const without = (...programs: string[]): Installed => ({
  has: (program) => !programs.includes(program),
  hasLibc: () => true,
});

describe('what is missing', () => {
  test('is nothing where all is installed', () => {
    expect(missingTools(without())).toBeNull();
  });

  test('is named by packages, with what to do about it', () => {
    const sentence = missingTools(
      without('qemu-system-aarch64', 'aarch64-linux-gnu-gcc', 'dtc', 'make', 'cpio'),
    );
    const packages =
      'qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross device-tree-compiler make cpio';
    expect(sentence).toBe(`needs ${packages}: apt-get install ${packages}`);
  });

  test('may be the library of the cross compiler alone', () => {
    const installed = { ...without(), hasLibc: () => false };
    expect(missingTools(installed)).toBe(
      'needs libc6-dev-arm64-cross: apt-get install libc6-dev-arm64-cross',
    );
  });

  test('is not asked of a compiler that is not there', () => {
    const installed: Installed = {
      ...without('aarch64-linux-gnu-gcc'),
      hasLibc: () => expect.fail('asked'),
    };
    expect(missingTools(installed)).toContain('gcc-aarch64-linux-gnu libc6-dev-arm64-cross:');
  });

  test('cannot be installed where there is no apt', () => {
    expect(missingTools(without('apt-get', 'dtc'))).toBe(
      'needs apt-get, apt-cache, dpkg-deb: the kernel comes as Debian packages',
    );
  });
});
