const nextJest = require("next/jest");

const createJestConfig = nextJest({ dir: "./" });

// Packages that ship ES modules only; Jest runs CommonJS, so they are compiled too.
const ES_MODULE_PACKAGES = ["nuqs"];

/** @param {import("jest").Config} config */
async function project(config) {
  const resolved = await createJestConfig({
    moduleNameMapper: { "^server-only$": "<rootDir>/__tests__/support/empty.ts", "^@/(.*)$": "<rootDir>/$1" },
    ...config,
  })();
  // next/jest puts a pattern of its own first, which would keep these packages uncompiled.
  resolved.transformIgnorePatterns = [`/node_modules/(?!(${ES_MODULE_PACKAGES.join("|")})/)`, "\\.module\\.css$"];
  return resolved;
}

module.exports = async () => ({
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
