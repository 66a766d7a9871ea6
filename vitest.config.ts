import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['libs/**/*.test.ts', 'services/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/bundle-dist.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2
  }
});
