import { defineConfig } from 'vitest/config';

const onGitHub = process.env['GITHUB_ACTIONS'] === 'true';
/** Specs that change modules or the process they run in: each has a process of its own. */
const ALONE = ['canary', 'noreg', 'soak'].map((folder) => `test/${folder}/**/*.test.ts`);
const SOAK = 'test/soak/**';
/** Needs QEMU and a kernel's packages: `npm run test:linux`. */
const LIVE = 'test/linux/live/**/*.test.ts';
/** Modes that run a folder that `npm test` leaves out. */
const MODES: Readonly<Record<string, string>> = { soak: `${SOAK}/*.test.ts`, linux: LIVE };

export default defineConfig(({ mode }) => ({
  test: {
    pool: 'forks',
    globalSetup:
      mode === 'linux'
        ? ['test/bundled/setup.ts', 'test/linux/setup.ts']
        : ['test/bundled/setup.ts'],
    // Left alone, Vitest keeps one core free: on two cores it would run file after file.
    maxWorkers: '100%',
    // For what hangs, not for what is slow: machines differ, and coverage costs, too.
    testTimeout: 120_000,
    reporters: onGitHub ? ['default', 'github-actions'] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: mode in MODES ? [MODES[mode]!] : ALONE,
          exclude: mode in MODES ? [] : [SOAK],
        },
      },
      // The others share a process and the modules in it: loading them anew costs a quarter.
      {
        extends: true,
        test: {
          name: 'shared',
          isolate: false,
          include: mode in MODES ? [] : ['test/**/*.test.ts'],
          exclude: [...ALONE, LIVE],
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['sut/**/*.ts', 'model/**/*.ts'],
      reporter: ['text', 'html'],
    },
  },
}));
