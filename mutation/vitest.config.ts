import { defineConfig } from 'vitest/config';

/**
 * The tests that are to notice a fault in a pure room: that room's own, which need nothing that is started. Its neighbours' run through it too,
 * notice no more and take three times as long (measured: 75 faults of server/call/family.ts).
 */
export default defineConfig({
  test: {
    include: JSON.parse(process.env.MUTATION_TESTS ?? '["server/{call,match,decide}/**/*.test.ts"]'),
    setupFiles: ['mutation/setup.ts'],
    // counting what is run makes everything many times slower, which these are about
    testNamePattern: /^(?!.*would take minutes)/,
    isolate: false,
    testTimeout: 60_000,
  },
});
