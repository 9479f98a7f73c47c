const { TestEnvironment } = require("jest-environment-node");

const SHARED = ["ArrayBuffer", "Uint8Array", "Int32Array", "Float32Array", "Float64Array", "BigInt64Array"];

// Each of Jest's processes has a device to itself: what one test measures keeps no other waiting.
process.env.HEADROOM_DEVICE_SCOPE = `tests ${process.pid}`;

/** Native modules check `instanceof` against Node's own typed arrays, which Jest's sandbox would replace by its own. */
module.exports = class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of SHARED) this.global[name] = globalThis[name];
  }
};
