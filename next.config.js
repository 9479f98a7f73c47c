/** @type {import("next").NextConfig} */
module.exports = {
  poweredByHeader: false,
  // Native and socket-opening packages are loaded by Node itself, not bundled.
  serverExternalPackages: ["libsql", "pg"],
  outputFileTracingExcludes: { "/*": ["./.data/**"] },
};
