/**
 * Before specs that need a kernel: what they need is prepared, or the reason why they skip is told,
 * once. With CARVEOUT_NEEDS_LINUX=1 there is no such reason.
 */
import { cTables } from '../../linux/c-tables.ts';
import { MissingError, prepareRig } from '../../linux/rig/rig.ts';

export default async function setup(): Promise<void> {
  const onProgress = (text: string) => process.stderr.write(`${text}\n`);
  try {
    await prepareRig({ series: '6.12', header: cTables(), onProgress });
  } catch (error) {
    const isMissing = error instanceof MissingError;
    if (!isMissing || process.env['CARVEOUT_NEEDS_LINUX'] === '1') throw error;
    process.stderr.write(`SKIPPED: npm run test:linux ${error.message}\n`);
  }
}
