import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'emulator/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
      'web/**/*.test.ts',
    ],
    globalSetup: ['test/support/global-postgres.ts'],
    // Processes, not threads: tests start servers, send signals and load PostgreSQL as WebAssembly.
    pool: 'forks',
    // Many tests wait for processes they started: one more than the two cores of CI keeps these busy.
    maxWorkers: 3,
    // A worker's files share what they import: importing it anew for each took a third of the whole run.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    // What a page shows in the end: how soon depends on what else the machine does.
    expect: { poll: { timeout: 15_000 } },
    // A focused test left behind would hide all the others.
    allowOnly: false,
    passWithNoTests: false,
  },
});
