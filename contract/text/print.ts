/** Prints scenarios; `parse(print(s))` is `s` again. */
import type { Device, Machine, Region } from '../machine.ts';
import { DEVICE_DEFAULTS, PROFILES, usualZoneDmaLimit } from '../machine.ts';
import { bitsOfMask, hex, sizeText } from '../numbers.ts';
import type { Field, Op, Spans } from '../operations.ts';
import { definesOf, labelText, rowOf } from '../operations.ts';
import type { Expectation, Header, Scenario } from '../scenario.ts';

export const FORMAT_LINE = 'carveout scenario 1';

export function printScenario(scenario: Scenario): string {
  const { header, machine, program } = scenario;
  const lines = [
    FORMAT_LINE,
    ...headerLines(header),
    ...machineLines(machine),
    ...program.map((op) => printOp(op, machine)),
  ];
  return `${lines.join('\n')}\n`;
}

function headerLines(header: Header): string[] {
  const lines: string[] = [];
  // A comment is one line, whatever a seed consists of.
  if (header.found !== null) lines.push(`# found: ${header.found.replace(/[\r\n]+/g, ' ')}`);
  lines.push(`expect ${printExpectation(header.expect)}`);
  if (header.subject !== null) lines.push(`subject ${header.subject}`);
  if (header.bugs.length > 0) lines.push(`bugs ${header.bugs.join(' ')}`);
  if (header.known.length > 0) lines.push(`known ${header.known.join(' ')}`);
  return lines;
}

export function printExpectation(expect: Expectation): string {
  return expect.kind === 'law' ? `law ${expect.law}` : expect.kind;
}

export function machineLines(machine: Machine): string[] {
  const lines = [profileLine(machine)];
  for (const bank of machine.banks) lines.push(`bank ${hex(bank.base)} ${sizeText(bank.size)}`);
  for (const region of machine.regions) lines.push(regionLine(region));
  if (machine.swiotlb !== null) {
    const { slots, areas, force, dynamic } = machine.swiotlb;
    const words = (force ? ' force' : '') + (dynamic ? ' dynamic' : '');
    lines.push(`swiotlb slots ${slots} areas ${areas}${words}`);
  }
  for (const device of machine.devices) lines.push(deviceLine(machine, device));
  return lines;
}

function profileLine(machine: Machine): string {
  const defaults = PROFILES[machine.profile];
  let line = `profile ${machine.profile}`;
  if (machine.pageSize !== 4096) line += ` page ${sizeText(machine.pageSize)}`;
  if (machine.cacheLine !== defaults.cacheLine) line += ` line ${machine.cacheLine}`;
  if (machine.cpus !== 1) line += ` cpus ${machine.cpus}`;
  if (machine.zoneDmaLimit !== usualZoneDmaLimit(machine.profile, machine.banks)) {
    line += ` zone-dma ${hex(machine.zoneDmaLimit)}`;
  }
  if (machine.lowmemReserve) line += ' lowmem-reserve';
  return line;
}

export function regionLine(region: Region): string {
  let line = `${region.kind} ${region.name} ${hex(region.base)} ${sizeText(region.size)}`;
  if (region.noMap) line += ' no-map';
  if (region.isDefault) line += ' default';
  if (region.disabled) line += ' disabled';
  return line;
}

export function deviceLine(machine: Machine, device: Device): string {
  const d = DEVICE_DEFAULTS;
  let line = `device ${device.name}`;
  if (device.coherent) line += ' coherent';
  if (device.mask === null) line += ' mask none';
  else if (device.mask !== d.mask) line += ` mask ${maskText(device.mask)}`;
  if (device.coherentMask !== (device.mask ?? d.coherentMask)) {
    line += ` coherent-mask ${maskText(device.coherentMask)}`;
  }
  if (device.busLimit !== 0) line += ` bus-limit ${hex(device.busLimit)}`;
  for (const { cpu, dma, size } of device.windows) {
    line += ` window ${hex(cpu)} ${hex(dma)} ${sizeText(size)}`;
  }
  for (const index of device.regions) line += ` pool ${machine.regions[index]!.name}`;
  if (device.iommu !== null) {
    const { granule, apertureStart, apertureEnd } = device.iommu;
    line += ` iommu ${sizeText(granule)} ${hex(apertureStart)} ${hex(apertureEnd)}`;
  }
  if (device.maxSegment !== d.maxSegment) line += ` max-segment ${sizeText(device.maxSegment)}`;
  if (device.segmentBoundary !== d.segmentBoundary) {
    line += ` segment-boundary ${hex(device.segmentBoundary)}`;
  }
  if (device.minAlign !== 0) line += ` min-align ${hex(device.minAlign)}`;
  return line;
}

/** `32` for 2^32 - 1, hex for a mask of another form. */
export function maskText(mask: number): string {
  const bits = bitsOfMask(mask);
  return bits === undefined ? hex(mask) : String(bits);
}

export function printOp(op: Op, machine: Machine): string {
  const label = definesOf(op);
  const row = rowOf(op.op);
  const values = op as unknown as Readonly<Record<string, Operand>>;
  const { returns } = row;
  let line: string = op.op;
  if (label !== undefined && returns !== undefined)
    line = `${labelText(returns, label)} = ${op.op}`;
  for (const field of row.fields) {
    const value = values[field.name]!;
    if (field.default === undefined) line += ` ${printValue(value, field, machine)}`;
    else if (!isDefault(value, field)) {
      line += ` ${field.name}=${printValue(value, field, machine)}`;
    }
  }
  return line;
}

type Operand = number | string | readonly string[] | Spans;

function isDefault(value: Operand, field: Field): boolean {
  return Array.isArray(value) ? value.length === 0 : value === field.default;
}

function printValue(value: Operand, field: Field, machine: Machine): string {
  switch (field.type) {
    case 'device':
      return machine.devices[value as number]!.name;
    case 'region':
      return machine.regions[value as number]!.name;
    case 'buffer':
    case 'table':
    case 'mapping':
      return labelText(field.type, value as number);
    case 'spans':
      return spansText(value as Spans);
    case 'address':
      return hex(value as number);
    case 'flags':
      return (value as readonly string[]).join(',');
    case 'bytes':
    case 'bits':
    case 'byte':
    case 'count':
    case 'choice':
      return String(value);
  }
}

/** `0+4,6,5`: a run of one is its number alone. */
function spansText(spans: Spans): string {
  return spans.map(([first, count]) => (count === 1 ? `${first}` : `${first}+${count}`)).join(',');
}
