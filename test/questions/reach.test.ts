/** Goal: the check of policy P5 is right at every edge. Method: a device and a region, by hand. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../contract/text/parse.ts';
import { canReach } from '../../questions/reach.ts';

const P0 = { base: 0x50000000, size: 0x100000 };

/** `more`: further machine lines in front of the device. */
function reaches(device: string, region = P0, more = ''): boolean {
  const head = 'carveout scenario 1\nprofile arm64\nbank 0x40000000 1G\n';
  const text = `${head}${more}device d ${device}\n`;
  const { machine } = parseScenario(text, 'reach');
  return canReach(machine, machine.devices[0]!, region);
}

describe('a device reaches a region', () => {
  test('whose last byte it can put out', () => {
    expect(reaches('mask 0x500fffff')).toBe(true);
    expect(reaches('mask 0x500ffffe')).toBe(false);
    expect(reaches('mask 64 bus-limit 0x500fffff')).toBe(true);
    expect(reaches('mask 64 bus-limit 0x500ffffe')).toBe(false);
    expect(reaches('mask none')).toBe(false);
  });

  test('that one window has whole, at its bus address', () => {
    expect(reaches('mask 20 window 0x50000000 0x0 1M')).toBe(true);
    expect(reaches('mask 20 window 0x50000000 0x1000 1M')).toBe(false);
    expect(reaches('window 0x50001000 0x0 2M')).toBe(false);
    expect(reaches('window 0x50000000 0x0 512K window 0x50080000 0x80000 512K')).toBe(false);
    expect(reaches('window 0x0 0x0 0 window 0x50000000 0x0 1M')).toBe(false);
  });

  test('unless everything bounces, or an IOMMU translates', () => {
    expect(reaches('mask 32', P0, 'swiotlb slots 512 areas 1\n')).toBe(true);
    expect(reaches('mask 32', P0, 'swiotlb slots 512 areas 1 force\n')).toBe(false);
    const restricted = 'restricted r 0x60000000 1M\n';
    expect(reaches('mask 32', P0, restricted)).toBe(true);
    expect(reaches('mask 32 pool r', P0, restricted)).toBe(false);
    expect(reaches('mask 32 iommu 4K 0x0 0xffffffff')).toBe(false);
  });
});
