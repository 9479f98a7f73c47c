/** Runs what waits, one at a time on each device, together with the other processes of a server. */

import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { MILLISECOND } from "../../units";
import type { MeasuredValidation } from "../calibrate";
import type { ClaimedValidation, EndState, QueueStore, ValidationNews } from "../queue-store";
import { DEVICES, type Device, type ValidationRequest, type ValidationResult } from "../validation";
import { type RunOptions, runValidation } from "./run-validation";
import { isAlive } from "./work-folder";

export interface QueueOptions {
  /** Names this machine among those that share the store. */
  readonly host: string;
  readonly store: QueueStore;
  /** What was measured on a device before, to predict seconds from. */
  readonly earlier: (device: Device) => Promise<readonly MeasuredValidation[]>;
  /** Told what went wrong with the store while nobody waited for an answer. */
  readonly onError: (error: unknown) => void;
}

/** How often a run says that it is alive and hears whether to go on. */
const BEAT_SECONDS = 1;
/** A process that was not heard of for so long is gone, or blocked beyond hope. */
const SILENCE_SECONDS = 30;
/** A result that cannot be stored is kept and tried again for so long. */
const STORE_ATTEMPTS = 20;
const STORE_PAUSE_SECONDS = 3;

export class ValidationQueue {
  /** The process and, since a system gives numbers out again, this instance. */
  private readonly owner = `${process.pid} ${randomUUID()}`;
  private readonly draining = new Set<Device>();
  private readonly wanted = new Set<Device>();

  constructor(private readonly options: QueueOptions) {}

  /** Sees to what waits and to what was abandoned. Whoever reads or adds a validation calls this. */
  wake(): void {
    for (const device of DEVICES) {
      this.wanted.add(device);
      if (this.draining.has(device)) continue;
      this.draining.add(device);
      this.drain(device)
        .catch(this.options.onError)
        .finally(() => this.draining.delete(device));
    }
  }

  private async drain(device: Device): Promise<void> {
    const { store, host } = this.options;
    // Whatever comes in while it looks is asked for again.
    while (this.wanted.delete(device)) {
      await this.markAbandoned();
      const claimed = await store.claim(host, device, this.owner);
      if (claimed === null) continue;
      this.wanted.add(device);
      await this.run(claimed);
    }
  }

  private async run({ id, request }: ClaimedValidation): Promise<void> {
    const controller = new AbortController();
    const heart = new Heart(this.options, id, this.owner, controller);
    const beats = setInterval(() => heart.beat(), BEAT_SECONDS / MILLISECOND);
    const { result, state } = await this.outcomeOf(request, {
      signal: controller.signal,
      program: "a Headroom server",
      earlier: () => this.earlierOn(request.device),
      onProgress: (progressed, progress) => {
        heart.news = { result: progressed, progress };
      },
    });
    clearInterval(beats);
    await heart.rest();
    await this.finish(id, result, state);
  }

  /** A store that does not answer leaves the run without predicted seconds, not without a result. */
  private async earlierOn(device: Device): Promise<readonly MeasuredValidation[]> {
    try {
      return await this.options.earlier(device);
    } catch (error) {
      this.options.onError(error);
      return [];
    }
  }

  private async outcomeOf(
    request: ValidationRequest,
    options: RunOptions,
  ): Promise<{ readonly result: ValidationResult | null; readonly state: EndState }> {
    try {
      return await runValidation(request, options);
    } catch (error) {
      // A mistake of ours, or a machine without room for temporary files. The row must not stay as if it ran.
      this.options.onError(error);
      return { result: null, state: { kind: "failed", reason: `It could not be run: ${String(error).slice(0, 300)}` } };
    }
  }

  private async finish(id: string, result: ValidationResult | null, state: EndState): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.options.store.finish(id, this.owner, result, state);
        return;
      } catch (error) {
        if (attempt === STORE_ATTEMPTS) throw error;
        await wait(STORE_PAUSE_SECONDS / MILLISECOND);
      }
    }
  }

  /** Marks the runs of this machine whose process is gone. Who reads a validation calls this first. */
  async markAbandoned(): Promise<void> {
    const { store, host } = this.options;
    for (const run of await store.running(host)) {
      const silentSeconds = (Date.now() - run.aliveAt.getTime()) * MILLISECOND;
      const isGone = !isAlive(Number.parseInt(run.owner, 10)) || silentSeconds > SILENCE_SECONDS;
      if (isGone) await store.interrupt(run, "The server that ran it ended before it was done.");
    }
  }
}

/** Tells the store that a run is alive, with what is new of it, and hears whether to go on. */
class Heart {
  news: ValidationNews | null = null;
  private beating: Promise<void> | null = null;

  constructor(
    private readonly options: QueueOptions,
    private readonly id: string,
    private readonly owner: string,
    private readonly controller: AbortController,
  ) {}

  beat(): void {
    this.beating ??= this.tell().finally(() => {
      this.beating = null;
    });
  }

  /** Until what is being told has been told. */
  async rest(): Promise<void> {
    await this.beating;
  }

  private async tell(): Promise<void> {
    const told = this.news;
    this.news = null;
    try {
      const order = await this.options.store.keepAlive(this.id, this.owner, told);
      if (order !== "continue") this.controller.abort();
    } catch (error) {
      // The run goes on: the store may be back before it ends.
      this.news ??= told;
      this.options.onError(error);
    }
  }
}
