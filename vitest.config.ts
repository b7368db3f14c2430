import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{server,sources,crms,wire,emulators,console,tools,scenarios,chaos,bench,mutation,pbx,parity}/**/*.test.{ts,tsx}'],
    globalSetup: 'tools/vitest-setup.ts',
    isolate: false, // one process loads each module once: 0.8 s instead of 11 s for 160 files; tests therefore keep no global state
    maxWorkers: Math.max(4, availableParallelism()), // tests of the database wait more than they compute
    sequence: { shuffle: true },
    chaiConfig: { truncateThreshold: 0 }, // a failure shows what was there
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
