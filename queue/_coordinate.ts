// Hands the chunks of a run out, some ahead of those who simulate, and keeps what comes back.

import type { SimulationRun } from "@likely/core";
import { type Channel, GoneError } from "./_channel.ts";
import { readResult, writeJob } from "./_messages.ts";
import type { RunDescription } from "./_run_description.ts";
import { RunError } from "./_run_error.ts";
import type { ChunkMessage, RunStreams } from "./_run_streams.ts";
import { pause } from "./_waiting.ts";

/** Jobs that are out at first, and at most; more as more are under way. */
const AHEAD = 64;
const MOST_AHEAD = 50_000;
/** Bytes of jobs and results on the server at most, as far as {@linkcode AHEAD} allows. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Results that are kept at a time. */
const KEEPERS = 32;
/** Seconds between looks at the queue, and without news before jobs are counted. */
const LOOK = 2;
const SILENCE = 10;
/** Seconds to wait for a result at a time. */
const WAIT = 5;

/** What is needed to lead a run. */
export interface Coordination {
  readonly run: SimulationRun;
  readonly description: RunDescription;
  readonly channel: Channel;
  readonly streams: RunStreams;
  /** Seconds. */
  readonly lease: number;
  readonly signal: AbortSignal;
  /** Told after each chunk, and of each look: how many chunks are under way. */
  readonly onNews: (busy: number) => void;
  readonly onNotice: (text: string) => void;
}

/** Resolves once all chunks are kept. */
export async function coordinate(plan: Coordination): Promise<void> {
  const { run, signal } = plan;
  const end = new AbortController();
  const stop = () => end.abort(signal.reason);
  signal.addEventListener("abort", stop);
  const lead = leading(plan, end.signal);
  const isDone = () => run.done === run.manifest.n;
  try {
    signal.throwIfAborted();
    await lead.restore();
    const workers = [...Array.from({ length: KEEPERS }, () => lead.keep), lead.look];
    const loops = workers.map(async (step) => {
      try {
        while (!isDone()) await step();
        end.abort(DONE);
      } catch (error) {
        end.abort(error);
        throw error;
      }
    });
    for (const { status, reason } of await settled(loops)) {
      if (status === "rejected" && reason !== DONE) throw reason;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const DONE = new Error("done");

/** The first to fail comes first: what the others say follows from that. */
async function settled(loops: readonly Promise<void>[]) {
  const order: { status: "fulfilled" | "rejected"; reason?: unknown }[] = [];
  await Promise.allSettled(loops.map((loop) =>
    loop.then(
      () => order.push({ status: "fulfilled" }),
      (reason) => order.push({ status: "rejected", reason }),
    )
  ));
  return order;
}

function leading(plan: Coordination, end: AbortSignal) {
  const { run, description, channel, streams, lease, onNews, onNotice } = plan;
  const rowBytes = 8 *
    (description.thetaDim + description.xDim + (description.score ? description.thetaDim : 0));
  const mostAhead = Math.max(
    AHEAD,
    Math.min(MOST_AHEAD, Math.floor(MOST_BYTES / (rowBytes * description.chunkRows))),
  );
  const out = new Set<number>();
  let ahead = AHEAD;
  let cursor = 0;
  let busy = 0;
  let latest = performance.now();
  let filling: Promise<void> | undefined;
  let restoring: Promise<void> | undefined;

  /** Offers jobs until enough are out; one at a time does that. */
  const fill = (): Promise<void> => filling ??= offerMore().finally(() => filling = undefined);
  const offerMore = async () => {
    while (out.size < ahead) {
      const batch: number[] = [];
      for (; cursor < run.chunks && out.size < ahead && batch.length < 16; cursor++) {
        if (run.has(cursor) || out.has(cursor)) continue;
        out.add(cursor);
        batch.push(cursor);
      }
      if (batch.length === 0) return;
      await Promise.all(batch.map(offer));
    }
  };
  const offer = async (chunk: number) => {
    await channel.keepTrying(() => streams.offer(chunk, writeJob(run.job(chunk))), end);
  };

  /** Makes what is not there, and learns which jobs are out: at first, and where the server has lost them. */
  const restore = (): Promise<void> => restoring ??= makeStreams().finally(() => restoring = undefined);
  const makeStreams = async () => {
    const there = await channel.keepTrying(async () => {
      await streams.create(description, lease);
      return await streams.offered();
    }, end);
    // Whoever is offering jobs still means the streams that are gone.
    await filling?.catch(() => {});
    out.clear();
    for (const chunk of there) if (!run.has(chunk)) out.add(chunk);
    cursor = 0;
    await fill();
  };

  /**
   * A job that is gone without a result was lost with the server's disk: it is offered again. What is there and
   * yet handed out to nobody was acknowledged by mistake, as when an acknowledgement from before the loss meets
   * a stream of the same name: it is handed out anew.
   */
  const count = async () => {
    const before = [...out];
    const there = await streams.offered();
    // Results come before jobs go: with none left, a chunk without a job has neither.
    if (await streams.results() > 0) return await streams.renew("results", lease);
    for (const chunk of before) {
      if (out.has(chunk) && !there.has(chunk) && !run.has(chunk)) await offer(chunk);
    }
    const jobs = await streams.jobs();
    if (jobs && jobs.waiting + jobs.taken < there.size) await streams.renew("jobs", lease);
  };

  const restoreAtLast = async () => {
    onNotice(`the queue at ${channel.where} has lost this run: handed out anew`);
    for (;;) {
      try {
        return await restore();
      } catch (error) {
        if (!(error instanceof GoneError) || end.aborted) throw error;
        await pause(LOOK, end);
      }
    }
  };
  let losses = 0;
  let mended: Promise<void> = Promise.resolve();
  const orRestored = async (step: () => Promise<void>) => {
    await mended;
    const before = losses;
    try {
      await step();
    } catch (error) {
      if (!(error instanceof GoneError) || end.aborted) throw error;
      // The first to meet it restores what is lost, for all.
      if (losses === before) {
        losses++;
        mended = restoreAtLast();
      }
      await mended;
    }
  };

  const keepResult = async (message: ChunkMessage) => {
    const { chunk } = message;
    const rows = Math.min(description.chunkRows, description.n - chunk * description.chunkRows);
    let result;
    try {
      if (!(rows > 0)) throw new RangeError(`there is no chunk ${chunk}`);
      result = readResult(message.data, rows, description);
    } catch (error) {
      onNotice(`a message that is no result was left out: ${(error as Error).message}`);
      return message.done();
    }
    if ("error" in result) throw new RunError(result.error);
    await run.write(chunk, result.rows);
    message.done(); // Not before it is in the folder.
    out.delete(chunk);
    latest = performance.now();
    onNews(busy);
    void fill().catch(() => {}); // Whoever looks next meets the same error.
  };

  return {
    restore,
    /** Keeps one result, if there is one. */
    keep: () =>
      orRestored(async () => {
        const message = await channel.keepTrying(
          () => streams.nextResult({ seconds: WAIT, signal: end }),
          end,
        );
        if (message) await keepResult(message);
      }),
    /** Looks whether enough jobs are out, and whether any is lost. */
    look: () =>
      orRestored(async () => {
        await pause(LOOK, end);
        const jobs = await channel.keepTrying(streams.jobs, end);
        if (jobs === undefined) throw new GoneError("the run's jobs are gone");
        busy = jobs.taken;
        onNews(busy);
        if (jobs.waiting < 2 * jobs.taken) ahead = Math.min(mostAhead, Math.max(ahead, 3 * jobs.taken));
        await fill();
        if (performance.now() - latest < 1000 * SILENCE) return;
        await channel.keepTrying(count, end);
        latest = performance.now();
      }),
  };
}
