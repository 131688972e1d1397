/**
 * Names of failure files on a page. They end in a hash of the finding, so they change with what
 * seeds produce; the law in front of it says which file is meant.
 */

const NAME = /failures\/([\w-]+)-[0-9a-f]{8}\.carveout/g;

export interface Corrected {
  readonly text: string;
  /** Names that stand for none of the files, or for several. */
  readonly unknown: readonly string[];
}

/** Every name in the text replaced by the one of `files` with the same law. */
export function corrected(text: string, files: readonly string[]): Corrected {
  const unknown: string[] = [];
  const corrected = text.replace(NAME, (name, law: string) => {
    if (files.includes(name)) return name;
    const [file, ...more] = files.filter((one) => [...one.matchAll(NAME)][0]?.[1] === law);
    if (file !== undefined && more.length === 0) return file;
    unknown.push(name);
    return name;
  });
  return { text: corrected, unknown };
}
