import { defineConfig } from 'vitest/config';

// One file after the other: they share the machine's containers, and some measure how work is spread.
export default defineConfig({
  test: {
    name: 'cluster',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['support/build-images.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    disableConsoleIntercept: true
  }
});
