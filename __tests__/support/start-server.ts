import { startServer, type TestServer } from "./server";

declare global {
  var headroomTestServer: TestServer | undefined;
}

/** One server for all browser tests. Its address reaches them as HEADROOM_TEST_URL; each test makes data of its own, with
 * HEADROOM_TEST_DB what no server could: what ran on a machine with a GPU. */
export default async function start(): Promise<void> {
  globalThis.headroomTestServer = await startServer();
  process.env.HEADROOM_TEST_URL = globalThis.headroomTestServer.url;
  process.env.HEADROOM_TEST_DB = globalThis.headroomTestServer.databaseFile;
}
