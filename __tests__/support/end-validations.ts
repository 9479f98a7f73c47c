import { setTimeout } from "node:timers/promises";
import { endValidation, recentValidations } from "@/app/validations";
import { isFinal } from "@/lib/profile/validation";

/** Cancels whatever waits or runs, and waits until nothing does. */
export async function endValidations(): Promise<void> {
  for (;;) {
    const open = (await recentValidations(100)).filter(({ state }) => !isFinal(state));
    if (open.length === 0) return;
    for (const { id } of open.toReversed()) await endValidation(id);
    await setTimeout(100);
  }
}
