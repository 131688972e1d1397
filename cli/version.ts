/** Which carveout this is. */
import { existsSync, readFileSync } from 'node:fs';

/** The version in package.json: beside the sources, or beside `dist/` in an installed package. */
export function version(): string {
  const inCheckout = new URL('../package.json', import.meta.url);
  const path = existsSync(inCheckout) ? inCheckout : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
