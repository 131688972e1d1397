/**
 * The executable style: each rule takes one file and answers what is wrong with it. What Biome and
 * the compiler already see (unused names, console, bitwise operators) is not repeated here.
 */
import { codeLines, relativeImports, type Source, testNames, tooLongFunctions } from './syntax.ts';

export interface Rule {
  readonly name: string;
  /** Which paths it looks at. */
  readonly applies: (path: string) => boolean;
  /** One sentence per finding; the line number, from 1, where there is one. */
  readonly findings: (source: Source) => readonly string[];
}

const LINE_COLUMNS = 100;
const FILE_CODE_LINES = 250;
const README_LINES = 15;

const isTypeScript = (path: string) => path.endsWith('.ts');
const isCode = (path: string) => /\.([cm]?js|ts|sh)$/.test(path);
const isText = (path: string) => !/\.(png|gz|dtb|zip)$/.test(path);
const isTest = (path: string) => path.startsWith('test/') && isTypeScript(path);

/** Answers one finding per line that matches. */
function perLine(pattern: RegExp, says: string): Rule['findings'] {
  return ({ text }) =>
    text.split('\n').flatMap((line, index) => {
      const match = pattern.exec(line);
      return match === null ? [] : [`line ${index + 1}: ${says}: ${match[0].trim()}`];
    });
}

/** Joins pieces, so that the words a rule looks for do not stand in its own source. */
const word = (...pieces: string[]) => pieces.join('');
const UNFINISHED = [word('TO', 'DO'), word('FIX', 'ME'), word('XX', 'X'), word('HA', 'CK')];
const PLACES = [
  // Folders of the machine somebody worked on.
  String.raw`(?<![\w.$}])/(?:work|root|farm|home/\w+|Users/\w+)/`,
  String.raw`(?<![\w.$}])/tmp/\w*jobs`,
  // Where somebody's packages came from.
  word('registry', String.raw`\.npm`),
  word('"resol', 'ved": "http'),
];

export const RULES: readonly Rule[] = [
  {
    name: 'line length',
    applies: isCode,
    // A long address cannot be broken.
    findings: ({ text }) =>
      text.split('\n').flatMap((line, index) => {
        const tooLong = [...line].length > LINE_COLUMNS && !/https?:\/\/\S{40}/.test(line);
        return tooLong ? [`line ${index + 1}: longer than ${LINE_COLUMNS} columns`] : [];
      }),
  },
  {
    name: 'function length',
    applies: isTypeScript,
    findings: tooLongFunctions,
  },
  {
    name: 'file length',
    applies: isTypeScript,
    findings: (source) => {
      // Nearly all files are short, comments and all, and counting code means parsing it.
      if (source.text.split('\n').length <= FILE_CODE_LINES) return [];
      const lines = codeLines(source);
      return lines > FILE_CODE_LINES ? [`${lines} lines of code, ${FILE_CODE_LINES} allowed`] : [];
    },
  },
  {
    name: 'unfinished',
    applies: isText,
    findings: perLine(
      new RegExp(String.raw`\b(?:${UNFINISHED.join('|')})\b(?!.*\bbecause\b)`),
      'finish it, or say because of what it stays',
    ),
  },
  {
    name: 'switched off',
    applies: isTest,
    findings: perLine(
      /\b(?:it|test|describe)\.(?:skip|only|todo)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\(/,
      'every test runs',
    ),
  },
  {
    name: 'test names',
    applies: isTest,
    findings: (source) => testNames(source).flatMap(seedIn),
  },
  {
    name: 'places',
    applies: isText,
    findings: perLine(new RegExp(PLACES.join('|')), 'a place on somebody’s machine or network'),
  },
  {
    name: 'imports',
    applies: isTypeScript,
    findings: (source) =>
      relativeImports(source)
        .filter((specifier) => !/\.(?:ts|json|cjs|mjs)$/.test(specifier))
        .map((specifier) => `${specifier}: an import names the file with its extension`),
  },
  {
    name: 'readme length',
    applies: (path) => /^[^/]+\/README\.md$/.test(path),
    findings: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines > README_LINES ? [`${lines} lines, ${README_LINES} allowed`] : [];
    },
  },
];

/** A test name must be the same in every run: seeds belong in messages. */
function seedIn(name: string): string[] {
  const words = name.replaceAll(/0x[0-9a-f]+/gi, '');
  const seed =
    /\$\{[^}]*seed[^}]*\}/i.exec(words) ??
    /\bseed\W{0,3}\d+/i.exec(words) ??
    /\b\d{6,}\b/.exec(words) ??
    /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b/i.exec(words);
  return seed === null ? [] : [`"${name}" holds what looks like a seed: ${seed[0]}`];
}

/** Top folders of the project that have no README.md of their own. */
export function foldersWithoutReadme(paths: readonly string[]): string[] {
  const folders = new Set(paths.flatMap((path) => /^([^./][^/]*)\//.exec(path)?.[1] ?? []));
  return [...folders].filter((folder) => !paths.includes(`${folder}/README.md`)).sort();
}
