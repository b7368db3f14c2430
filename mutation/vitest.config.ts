import { defineConfig } from 'vitest/config';

/** The tests that are to notice faults in the pure rooms: their own. They need nothing that is started. */
export default defineConfig({
  test: {
    include: ['server/{call,match,decide}/**/*.test.ts'],
    // counting what is run makes everything many times slower, which these are about
    testNamePattern: /^(?!.*would take minutes)/,
    isolate: false,
    testTimeout: 60_000,
  },
});
