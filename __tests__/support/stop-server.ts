import "./start-server";

export default async function stop(): Promise<void> {
  await globalThis.headroomTestServer?.stop();
}
