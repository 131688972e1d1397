/** Names of a machine: tokens, each once. */
import { TOKEN_LENGTH_MAX } from './limits.ts';

/** Hands out unique names within one kind of thing. */
export class Namer {
  private readonly taken = new Set<string>();

  /** The first candidate that is free, else the last one with a number. */
  name(...candidates: readonly [string, ...string[]]): string {
    let name = '';
    for (const candidate of candidates) {
      name = tokenOf(candidate);
      if (!this.taken.has(name)) return this.take(name);
    }
    let count = 2;
    while (this.taken.has(`${name}~${count}`)) count += 1;
    return this.take(`${name}~${count}`);
  }

  private take(name: string): string {
    this.taken.add(name);
    return name;
  }
}

/** Commas separate things in scenario text; they and everything unusual become `_`. */
export function tokenOf(text: string): string {
  const token = text.replace(/[^A-Za-z0-9._+@/:-]/g, '_').slice(0, TOKEN_LENGTH_MAX);
  return token === '' ? '_' : token;
}
