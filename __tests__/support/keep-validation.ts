import { addValidation, validationQueueStore } from "@/lib/store/validations";
import type { RanValidation } from "./h100-validations";

/** Puts a validation that has ended into the database of the environment, through the queue of a machine of its own. */
export async function keepValidation({ request, result }: RanValidation): Promise<string> {
  const host = `a machine of tests ${crypto.randomUUID()}`;
  const id = await addValidation(request, host, 1);
  const claimed = await validationQueueStore.claim(host, request.device, `${process.pid} a test`);
  if (id === null || claimed?.id !== id) throw new Error("the queue of this machine was not empty");
  await validationQueueStore.finish(id, `${process.pid} a test`, result, { kind: "done" });
  return id;
}
