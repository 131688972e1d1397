/**
 * How a kernel comes into the board's memory. QEMU could do it (`-kernel`), but then it replaces
 * what the tree says of RAM by one bank without holes. So a few instructions start the kernel, as
 * QEMU's own would (hw/arm/boot.c), with the tree untouched.
 */
import { statSync } from 'node:fs';
import { RAM_START } from './board.ts';

/** A kernel starts at a multiple of 2 MiB (Documentation/arch/arm64/booting.rst). */
const KERNEL = RAM_START + 0x20_0000;
/** The instructions; the tree follows in the same file. */
const LOADER = RAM_START + 0x7e0_0000;
const INITRD = RAM_START + 0x800_0000;
/** Bytes from the instructions to the tree, and what is left for it. */
const TREE_OFFSET = 4096;
const TREE_MAX = INITRD - LOADER - TREE_OFFSET;

/** Load x0 and x4, clear x1 to x3, jump to x4. */
const INSTRUCTIONS = [0x580000c0, 0xaa1f03e1, 0xaa1f03e2, 0xaa1f03e3, 0x58000084, 0xd61f0080];

/** Instructions and tree as one file, to be loaded by `loadingArguments`. */
export function loaderFile(dtb: Uint8Array): Buffer {
  if (dtb.length > TREE_MAX) throw new RangeError(`a tree of ${dtb.length} bytes`);
  const file = Buffer.alloc(TREE_OFFSET + dtb.length);
  for (const [i, word] of INSTRUCTIONS.entries()) file.writeUInt32LE(word, 4 * i);
  const literals = 4 * INSTRUCTIONS.length;
  file.writeBigUInt64LE(BigInt(LOADER + TREE_OFFSET), literals);
  file.writeBigUInt64LE(BigInt(KERNEL), literals + 8);
  file.set(dtb, TREE_OFFSET);
  return file;
}

/** What the tree must say for the kernel to find its command line and initrd. */
export function chosenText(append: string, initrd: string): string {
  const end = INITRD + statSync(initrd).size;
  const text = append.replaceAll(/["\\]/g, (character) => `\\${character}`);
  return `/ { chosen {
    bootargs = "${text}";
    linux,initrd-start = <0 ${INITRD}>;
    linux,initrd-end = <0 ${end}>;
  }; };\n`;
}

/** Arguments for QEMU; files by path. */
export function loadingArguments(kernel: string, initrd: string, loader: string): string[] {
  const raw = (file: string, at: number) => [
    '-device',
    `loader,file=${file.replaceAll(',', ',,')},addr=${at},force-raw=on`,
  ];
  return [
    ...raw(kernel, KERNEL),
    ...raw(initrd, INITRD),
    ...raw(loader, LOADER),
    ...['-device', `loader,addr=${LOADER},cpu-num=0`],
  ];
}
