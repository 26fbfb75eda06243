import {defineConfig} from 'vitest/config';

// Two workers: the smallest machine this has to pass on has two cores.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: ['src/testing/kafka/run-setup.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
    reporters: ['default'],
  },
});
