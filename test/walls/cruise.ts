/** Runs dependency-cruiser with the project's rules over a tree. */
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

export interface Breach {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface Cruise {
  readonly breaches: readonly Breach[];
  /** `from -> to` for every import that led to a file. */
  readonly edges: ReadonlySet<string>;
}

export const REPOSITORY = join(import.meta.dirname, '../..');

export function edge(from: string, to: string): string {
  return `${from} -> ${to}`;
}

export async function cruiseTree(tree: string): Promise<Cruise> {
  const options = await extractOptions(join(REPOSITORY, '.dependency-cruiser.cjs'));
  const tsConfig = extractTsConfig(join(tree, 'tsconfig.json'));
  const report = await cruise(['.'], { ...options, baseDir: tree }, undefined, { tsConfig });
  if (typeof report.output === 'string') throw new Error('expected a result, not a text');
  return { breaches: breachesOf(report.output), edges: edgesOf(report.output) };
}

function breachesOf(result: ICruiseResult): Breach[] {
  return result.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

function edgesOf(result: ICruiseResult): Set<string> {
  const edges = new Set<string>();
  for (const module of result.modules) {
    for (const dependency of module.dependencies) {
      if (!dependency.couldNotResolve) edges.add(edge(module.source, dependency.resolved));
    }
  }
  return edges;
}
