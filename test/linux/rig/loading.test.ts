/** Goal: a kernel finds its tree, initrd and command line. Method: what it is given, by bytes. */
import { describe, expect, test } from 'vitest';
import { chosenText, loaderFile, loadingArguments } from '../../../linux/rig/loading.ts';

describe('loading', () => {
  test('starts with instructions, and has the tree a page further on', () => {
    const file = loaderFile(Buffer.from('the tree'));
    expect(file.subarray(4096).toString()).toBe('the tree');
    // ldr x0, <tree>; …; ldr x4, <kernel>; br x4
    expect(file.readUInt32LE(0).toString(16)).toBe('580000c0');
    expect(file.readUInt32LE(20).toString(16)).toBe('d61f0080');
    expect(file.readBigUInt64LE(24)).toBe(0x47e0_1000n);
    expect(file.readBigUInt64LE(32)).toBe(0x4020_0000n);
  });

  test('has room for a tree of 2 MiB less a page', () => {
    expect(loaderFile(Buffer.alloc(2 ** 21 - 4096))).toHaveLength(2 ** 21);
    expect(() => loaderFile(Buffer.alloc(2 ** 21 - 4095))).toThrow(RangeError);
  });

  test('places the loader where its instructions think they are', () => {
    const args = loadingArguments('/k,1', '/i', '/l').filter((word) => word !== '-device');
    expect(args).toEqual([
      `loader,file=/k,,1,addr=${0x4020_0000},force-raw=on`,
      `loader,file=/i,addr=${0x4800_0000},force-raw=on`,
      `loader,file=/l,addr=${0x47e0_0000},force-raw=on`,
      `loader,addr=${0x47e0_0000},cpu-num=0`,
    ]);
  });

  test('quotes the command line', () => {
    expect(chosenText('a="b\\c"', import.meta.filename)).toContain('bootargs = "a=\\"b\\\\c\\"";');
  });
});
