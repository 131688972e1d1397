// What a device reaches: windows between physical and bus addresses, masks, and the machine's RAM.

const MASK_32 = 2 ** 32 - 1;
const UNLIMITED = Number.MAX_SAFE_INTEGER;

// 0 means "no limit", unless both are 0.
const smaller = (a, b) => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

export const coherentLimit = (device) => smaller(device.coherentMask, device.busLimit);
export const streamLimit = (device) => smaller(device.mask ?? 0, device.busLimit);

// A window of size 0 ends the table.
function until(windows, isEnd) {
  const end = windows.findIndex(isEnd);
  return end < 0 ? windows : windows.slice(0, end);
}

function translate(device, address, size, from, to) {
  if (device.windows.length === 0) return address;
  const window = until(device.windows, (w) => w.size === 0).find(
    (w) => w[from] <= address && size <= w.size - (address - w[from]),
  );
  return window === undefined ? null : window[to] + (address - window[from]);
}

// The bus address of a range that lies in one window, or null; and the way back.
export const toBus = (device, phys, size = 1) => translate(device, phys, size, 'cpu', 'dma');
export const toPhys = (device, bus) => translate(device, bus, 1, 'dma', 'cpu');

export function coherentOk(device, phys, size) {
  const bus = toBus(device, phys, size);
  return bus !== null && size - 1 <= coherentLimit(device) - bus;
}

export function supports(machine, device, mask) {
  if (mask >= MASK_32) return true;
  const bus = toBus(device, Math.min(lastPage(machine), machine.zoneDmaLimit));
  return bus !== null && bus <= mask;
}

export function requiredMask(machine, device) {
  const bus = toBus(device, lastPage(machine));
  let mask = 0;
  while (mask < (bus ?? UNLIMITED)) mask = mask * 2 + 1;
  return mask;
}

export function addressingLimited(machine, device) {
  const limit = smaller(device.mask || MASK_32, device.busLimit);
  return limit < requiredMask(machine, device) || !allRamMapped(machine, device);
}

function lastPage({ banks, pageSize }) {
  const end = Math.max(...banks.map((bank) => bank.base + bank.size));
  return Math.floor(end / pageSize) * pageSize - pageSize;
}

function allRamMapped({ ram, pageSize }, device) {
  if (device.windows.length === 0) return true;
  const page = (bytes) => Math.floor(bytes / pageSize);
  const windows = until(device.windows, (w) => w.size < pageSize);
  return ram.every(([from, to]) => {
    let next = Math.ceil(from / pageSize);
    while (next < page(to)) {
      const at = next;
      const holds = windows.find((w) => page(w.cpu) <= at && at < page(w.cpu) + page(w.size));
      if (holds === undefined) return false;
      next = page(holds.cpu) + page(holds.size);
    }
    return true;
  });
}

const meet = (a, b) => a[0] < b[1] && b[0] < a[1];

// Mapped memory is bank bytes outside no-map regions; a no-map region inside a bank that an earlier
// region without no-map overlaps has no effect.
export function mappedMemory({ banks, regions }) {
  const range = ({ base, size }) => [base, base + size];
  const enabled = regions.filter((region) => !region.disabled && region.size > 0);
  let ram = banks.map(range);
  enabled.forEach((region, index) => {
    const hole = range(region);
    const inBank = banks.some((bank) => meet(range(bank), hole));
    const before = enabled.slice(0, index).filter((other) => !other.noMap);
    const late = before.some((other) => meet(range(other), hole));
    if (!region.noMap || (inBank && late)) return;
    ram = ram
      .flatMap(([from, to]) => [
        [from, Math.min(to, hole[0])],
        [Math.max(from, hole[1]), to],
      ])
      .filter(([from, to]) => from < to);
  });
  return ram;
}

// What of it is System RAM: on arm64 whole pages, elsewhere every byte.
export function systemRam({ profile, pageSize, mapped }) {
  if (profile !== 'arm64') return mapped;
  return mapped
    .map(([from, to]) => [Math.ceil(from / pageSize) * pageSize, to - (to % pageSize)])
    .filter(([from, to]) => from < to);
}

// May a pool lie here? Not on System RAM; nor, on arm64, where its first page begins in mapped
// memory.
export function isFree({ profile, mapped, ram }, start, end) {
  const clash = (pieces, range) => pieces.some((piece) => meet(piece, range));
  return !clash(ram, [start, end]) && !(profile === 'arm64' && clash(mapped, [start, start + 1]));
}
