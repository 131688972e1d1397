/** What register.mjs loads: from the words of the environment to edited sources. */
import { chooseBugs } from './catalog.ts';
import { checkout, readSource } from './checkout.ts';
import { bugsOfDirectory } from './directory.ts';
import { plant } from './plant.ts';
import { loadTypeScript } from './typescript.ts';

/** File URL -> text. `words`: ids and families, separated by commas. */
export async function plantedSources(
  words: string,
  directory: string | undefined,
): Promise<Map<string, string>> {
  const top = checkout();
  const own = directory ? await bugsOfDirectory(directory) : [];
  const bugs = chooseBugs(words.split(','), own);
  const planted = plant(loadTypeScript(), bugs, readSource);
  return new Map([...planted].map(([file, text]) => [new URL(file, top).href, text + says(file)]));
}

/** Where planted modules say that they run. */
const LOADED = 'carveoutPlanted';

/** A miss means something only if the edited text was run: so it says when it is. */
function says(file: string): string {
  const list = `(globalThis as { ${LOADED}?: string[] })`;
  return `\n;(${list}.${LOADED} ??= []).push('${file}');\n`;
}

/** Planted files whose edited text runs in this process. */
export function loadedFiles(): readonly string[] {
  return (globalThis as { [LOADED]?: readonly string[] })[LOADED] ?? [];
}
