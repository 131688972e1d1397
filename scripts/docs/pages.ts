/** The pages that show commands and their output, each performed in a directory of its own. */
import { corrected } from './failure-files.ts';
import { pageOf, partsOf } from './markdown.ts';
import { type Performed, perform } from './perform.ts';
import { Stage } from './stage.ts';

export const PERFORMED = ['README.md', 'docs/tutorial.md', 'docs/how-to.md', 'docs/questions.md'];

export interface PagesOptions {
  readonly checkout: string;
  readonly fully: boolean;
}

interface Outcome extends Performed {
  readonly name: string;
  readonly failures: readonly string[];
}

/**
 * Performs all pages, given by name; answers them by name as well.
 * @throws Error for a page that is no Markdown
 */
export async function performPages(
  pages: ReadonlyMap<string, string>,
  options: PagesOptions,
): Promise<ReadonlyMap<string, Performed>> {
  const outcomes = await Promise.all([...pages].map((page) => performPage(page, options)));
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  return new Map(outcomes.map((outcome) => [outcome.name, withNames(outcome, failures)]));
}

async function performPage(
  [name, text]: readonly [string, string],
  { checkout, fully }: PagesOptions,
): Promise<Outcome> {
  const stage = new Stage(checkout);
  try {
    return { name, ...(await perform(text, { name, stage, fully })), failures: stage.failures };
  } finally {
    stage.close();
  }
}

/** A page may name, between its blocks, a failure file that some page has written. */
function withNames({ name, text, ...rest }: Outcome, failures: readonly string[]): Performed {
  const changes = [...rest.changes];
  const errors = [...rest.errors];
  const parts = partsOf(text, name).map((part) => {
    if (part.is === 'block') return part;
    const lines = part.lines.map((line, index) => {
      const { text: now, unknown } = corrected(line, failures);
      const place = `${name}:${part.line + index}`;
      errors.push(...unknown.map((file) => `${place}: no command of a page writes ${file}`));
      if (now !== line) changes.push(`${place}\n  shown  ${line.trim()}\n  now    ${now.trim()}`);
      return now;
    });
    return { ...part, lines };
  });
  return { text: pageOf(parts), changes, errors };
}
