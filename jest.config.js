const nextJest = require("next/jest");

const createJestConfig = nextJest({ dir: "./" });

/** @param {import("jest").Config} config */
async function project(config) {
  const made = await createJestConfig({
    moduleNameMapper: { "^server-only$": "<rootDir>/__tests__/support/empty.ts", "^@/(.*)$": "<rootDir>/$1" },
    ...config,
  })();
  // The readers and writers of Parquet are ES modules only, which Jest's CommonJS cannot load as they are.
  return {
    ...made,
    transformIgnorePatterns: ["/node_modules/(?!hyparquet|hysnappy|fzstd)", "^.+\\.module\\.(css|sass|scss)$"],
  };
}

module.exports = async () => ({
  // By default Jest leaves a core unused, which on two cores is half of the machine.
  maxWorkers: "100%",
  projects: await Promise.all([
    project({
      displayName: "unit",
      testEnvironment: "<rootDir>/__tests__/support/node-environment.js",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/.next/", "<rootDir>/__tests__/e2e/"],
    }),
    project({
      displayName: "component",
      testEnvironment: "jsdom",
      testMatch: ["<rootDir>/__tests__/**/*.test.tsx"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/support/component-setup.ts"],
    }),
    project({
      displayName: "e2e",
      testEnvironment: "<rootDir>/__tests__/support/node-environment.js",
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/support/start-server.ts",
      globalTeardown: "<rootDir>/__tests__/support/stop-server.ts",
    }),
  ]),
});
