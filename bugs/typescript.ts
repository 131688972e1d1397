/** The compiler, for those who ask: planted bugs need it, and an installed package has none. */
import { createRequire } from 'node:module';

export type TypeScript = typeof import('typescript');

/** Planted bugs edit sources, so they need a checkout with its development dependencies. */
export class CheckoutError extends Error {
  constructor(missing: string) {
    super(
      `planted bugs work in a checkout only: ${missing} is missing here. ` +
        'Clone the repository and install with: npm ci',
    );
    this.name = 'CheckoutError';
  }
}

/** @throws CheckoutError without the development dependencies. */
export function loadTypeScript(): TypeScript {
  try {
    // Not `import`: tsx would rewrite the nine megabytes of it.
    return createRequire(import.meta.url)('typescript');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    if (!missing) throw error;
    throw new CheckoutError('the package "typescript"');
  }
}
