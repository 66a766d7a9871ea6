import { defineConfig } from 'vitest/config';

const patience = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'parts', include: ['libs/**/*.test.ts', 'services/**/*.test.ts', 'test/architecture.test.ts'], ...patience } },
      // Across packages; these start the services from dist/.
      { test: { name: 'mesh', include: ['test/*/**/*.test.ts'], globalSetup: ['test/support/bundle-dist.ts'], ...patience } }
    ]
  }
});
