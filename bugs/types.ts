/**
 * Does every patched tree type-check? A bug that the compiler would catch tests nothing.
 *
 * One program of the checkout is made first; for every bug its files change and a new program
 * takes over the rest. Checked are the files it edits and those that import them.
 */
import { fileURLToPath } from 'node:url';
import type { CompilerHost, CompilerOptions, Diagnostic, Program, SourceFile } from 'typescript';
import type { Bug } from './bug.ts';
import { checkout, readSource } from './checkout.ts';
import { plant } from './plant.ts';
import { loadTypeScript, type TypeScript } from './typescript.ts';

/** What the compiler says about a patched tree. */
export interface TypeProblem {
  readonly bug: string;
  readonly message: string;
}

/** Everything the command line runs on the sources is reached from here. */
const ROOTS = ['sut/subject.ts', 'sut/lib/scatterlist-miter.ts', 'boards/loader.ts'];

/** The first problem of each bug that has one. @throws PlantError for a stale bug */
export function checkTypes(bugs: readonly Bug[]): TypeProblem[] {
  const compiler = new Compiler(loadTypeScript());
  const problems: TypeProblem[] = [];
  for (const batch of batchesOf(bugs)) {
    if (compiler.firstProblem(batch) === null) continue;
    for (const bug of batch) {
      const message = compiler.firstProblem([bug]);
      if (message !== null) problems.push({ bug: bug.id, message });
    }
  }
  return problems;
}

/** Bugs that share no file are checked together: most trees are right, and programs are slow. */
export function batchesOf(bugs: readonly Bug[]): Bug[][] {
  const batches: { readonly bugs: Bug[]; readonly files: Set<string> }[] = [];
  for (const bug of bugs) {
    const files = bug.edits.map(({ file }) => file);
    let batch = batches.find((one) => files.every((file) => !one.files.has(file)));
    if (batch === undefined) {
      batch = { bugs: [], files: new Set() };
      batches.push(batch);
    }
    batch.bugs.push(bug);
    for (const file of files) batch.files.add(file);
  }
  return batches.map((batch) => batch.bugs);
}

/** Compiles one patched tree after the other. */
export class Compiler {
  readonly #ts: TypeScript;
  readonly #top = fileURLToPath(checkout());
  readonly #options: CompilerOptions;
  readonly #host: CompilerHost;
  readonly #clean = new Map<string, SourceFile | undefined>();
  /** By absolute path. */
  #patched = new Map<string, SourceFile>();
  #program: Program;

  constructor(ts: TypeScript) {
    this.#ts = ts;
    const config = ts.readConfigFile(`${this.#top}tsconfig.json`, ts.sys.readFile);
    // An edit may leave a name without a use: untidy, and no error of types.
    const loose = { noUnusedLocals: false, noUnusedParameters: false, noEmit: true, types: [] };
    const parsed = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, this.#top);
    this.#options = { ...parsed.options, ...loose };
    const host = ts.createCompilerHost(this.#options);
    const read = host.getSourceFile.bind(host);
    this.#host = {
      ...host,
      getSourceFile: (path, version) => {
        const patched = this.#patched.get(path);
        if (patched !== undefined) return patched;
        if (!this.#clean.has(path)) this.#clean.set(path, read(path, version));
        return this.#clean.get(path);
      },
    };
    this.#program = this.#create(undefined);
  }

  #create(old: Program | undefined): Program {
    const rootNames = ROOTS.map((file) => this.#top + file);
    const options = this.#options;
    return this.#ts.createProgram({
      rootNames,
      options,
      host: this.#host,
      ...(old === undefined ? {} : { oldProgram: old }),
    });
  }

  /** What the compiler says first about the tree with these bugs, or null. */
  firstProblem(bugs: readonly Bug[]): string | null {
    const planted = plant(this.#ts, bugs, readSource);
    const { ES2023 } = this.#ts.ScriptTarget;
    this.#patched = new Map(
      [...planted].map(([file, text]) => {
        const path = this.#top + file;
        const was = this.#clean.get(path);
        const version = was ?? { languageVersion: ES2023 };
        const source = this.#ts.createSourceFile(path, text, version, true);
        return [path, source];
      }),
    );
    this.#program = this.#create(this.#program);
    for (const [path, source] of this.#patched) {
      if (this.#program.getSourceFile(path) !== source) return `${path} is not part of the program`;
    }
    for (const source of this.#affected()) {
      const [first] = [
        ...this.#program.getSyntacticDiagnostics(source),
        ...this.#program.getSemanticDiagnostics(source),
      ];
      if (first !== undefined) return this.#text(first);
    }
    return null;
  }

  /** The patched files, then their importers. */
  #affected(): SourceFile[] {
    const patched = [...this.#patched.values()];
    const names = patched.map(({ fileName }) => fileName.replace(/.*\//, '/'));
    const importers = this.#program
      .getSourceFiles()
      .filter((source) => !source.isDeclarationFile && !patched.includes(source))
      .filter(({ text }) => names.some((name) => text.includes(`${name}'`)));
    return [...patched, ...importers];
  }

  #text({ file, start, messageText }: Diagnostic): string {
    const text = this.#ts.flattenDiagnosticMessageText(messageText, ' ');
    if (file === undefined || start === undefined) return text;
    const { line } = file.getLineAndCharacterOfPosition(start);
    return `${file.fileName.replace(this.#top, '')}:${line + 1}: ${text}`;
  }
}
