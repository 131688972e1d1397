/**
 * The header of a flattened device tree, checked as libfdt checks it before anything else is read.
 * Layout: Devicetree Specification 0.4, section 5.2; checks: fdt.c:fdt_check_header.
 */
import { hex } from '../../contract/numbers.ts';
import { FdtError } from '../errors.ts';
import { BLOB_BYTES_MAX } from '../limits.ts';

export const FDT_MAGIC = 0xd00dfeed;
const HEADER_BYTES = 40;
/** Versions before 16 have another structure block; nobody has written one since 2005. */
const OLDEST_VERSION = 16;
const NEWEST_COMPATIBLE = 17;

export interface FdtHeader {
  /** Bytes of the blob that count; whatever follows is never read. */
  readonly totalSize: number;
  readonly structure: Block;
  readonly strings: Block;
  /** First byte of the reserve map; it ends itself. */
  readonly reserveMap: number;
}

/** Byte offsets from the start of the blob; `end` is exclusive. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

export function readHeader(blob: Uint8Array): FdtHeader {
  if (blob.length < HEADER_BYTES) {
    throw new FdtError(0, `${blob.length} bytes`, `a header of ${HEADER_BYTES} bytes`);
  }
  const view = new DataView(blob.buffer, blob.byteOffset, HEADER_BYTES);
  const magic = view.getUint32(0);
  if (magic !== FDT_MAGIC) throw new FdtError(0, `magic ${hex(magic)}`, `magic ${hex(FDT_MAGIC)}`);
  checkVersion(view.getUint32(20), view.getUint32(24));
  const totalSize = view.getUint32(4);
  if (totalSize < HEADER_BYTES || totalSize > BLOB_BYTES_MAX || totalSize > blob.length) {
    const most = Math.min(blob.length, BLOB_BYTES_MAX);
    throw new FdtError(4, `total size ${totalSize}`, `${HEADER_BYTES} to ${most}`);
  }
  // Version 16 has no size of the structure block: it may then reach to the end of the blob.
  const structureStart = view.getUint32(8);
  const structureSize =
    view.getUint32(20) > OLDEST_VERSION ? view.getUint32(36) : totalSize - structureStart;
  return {
    totalSize,
    structure: block('structure block', 8, structureStart, structureSize, totalSize, 4),
    strings: block('strings block', 12, view.getUint32(12), view.getUint32(32), totalSize, 1),
    reserveMap: block('reserve map', 16, view.getUint32(16), 0, totalSize, 8).start,
  };
}

function checkVersion(version: number, lastCompatible: number): void {
  if (version < OLDEST_VERSION) {
    throw new FdtError(20, `version ${version}`, `version ${OLDEST_VERSION} or later`);
  }
  if (lastCompatible > NEWEST_COMPATIBLE || lastCompatible > version) {
    const most = Math.min(version, NEWEST_COMPATIBLE);
    throw new FdtError(24, `last compatible version ${lastCompatible}`, `at most ${most}`);
  }
}

/** A block must lie between header and end. The sum cannot wrap: numbers are not 32 bits wide. */
function block(
  what: string,
  field: number,
  start: number,
  size: number,
  totalSize: number,
  align: number,
): Block {
  if (start % align !== 0) {
    throw new FdtError(field, `${what} at ${hex(start)}`, `an offset divisible by ${align}`);
  }
  if (start < HEADER_BYTES || start > totalSize || size < 0 || start + size > totalSize) {
    const range = `${hex(start)} + ${hex(size)}`;
    throw new FdtError(field, `${what} ${range}`, `it within ${HEADER_BYTES}..${hex(totalSize)}`);
  }
  return { start, end: start + size };
}
