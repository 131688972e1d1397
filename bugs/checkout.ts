/** The sources planted bugs are applied to. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReadSource } from './plant.ts';
import { CheckoutError } from './typescript.ts';

const TOP = new URL('../', import.meta.url);

/** Top folder of the checkout, with a slash at the end. @throws CheckoutError elsewhere */
export function checkout(): URL {
  if (!existsSync(new URL('bugs/register.mjs', TOP))) throw new CheckoutError('bugs/register.mjs');
  if (!existsSync(new URL('sut/subject.ts', TOP))) throw new CheckoutError('sut/subject.ts');
  return TOP;
}

/** Files of the checkout, and nothing outside it. */
export const readSource: ReadSource = (file) => {
  const url = new URL(file, TOP);
  if (!url.href.startsWith(TOP.href) || !existsSync(url)) return undefined;
  return readFileSync(fileURLToPath(url), 'utf8');
};
