import { defineConfig } from 'vitest/config';

const onGitHub = process.env['GITHUB_ACTIONS'] === 'true';

export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === 'soak' ? 'test/soak/**/*.test.ts' : 'test/**/*.test.ts'],
    exclude: mode === 'soak' ? [] : ['test/soak/**'],
    pool: 'forks',
    // Left alone, Vitest keeps one core free: on two cores it would run file after file.
    maxWorkers: '100%',
    // For what hangs, not for what is slow: machines differ, and coverage costs, too.
    testTimeout: 120_000,
    reporters: onGitHub ? ['default', 'github-actions'] : ['default'],
    coverage: {
      provider: 'v8',
      include: ['sut/**/*.ts', 'model/**/*.ts'],
      reporter: ['text', 'html'],
    },
  },
}));
