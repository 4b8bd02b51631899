/**
 * One run, simulated by whoever comes to the queue.
 *
 * @module
 */

import { type Key, openRun, type SimulationFailure, type SimulationProgress } from "@likely/core";
import { requireKey } from "@likely/core/check";
import { openChannel } from "./_channel.ts";
import { coordinate } from "./_coordinate.ts";
import { mostNumbers } from "./_messages.ts";
import { describe } from "./_run_description.ts";
import { RunError } from "./_run_error.ts";
import { removeForgotten, runStreams } from "./_run_streams.ts";
import { packTask } from "./_shared_files.ts";
import type { QueueServer } from "./queue_server.ts";
import type { QueueSource } from "./queue_source.ts";
import { taskDigest } from "./task_digest.ts";

/** Options of {@linkcode queueSimulate}. */
export interface QueueSimulateOptions {
  /** Where the queue is. */
  readonly server: QueueServer;
  /** The folder to keep the rows in as they come, and to take up again. */
  readonly path: string;
  /**
   * Rows in a chunk. A run that is taken up again keeps its own.
   *
   * @default {undefined} As many as take about a second on this machine, at most 1,000, and no more than fit
   * into half of the largest message that the server allows.
   */
  readonly chunkRows?: number;
  /**
   * Whether to add the exact score of each row.
   *
   * @default {false}
   */
  readonly score?: boolean;
  /**
   * Seconds after which a chunk is handed out again where nobody says that it is still under way: workers say
   * so three times as often.
   *
   * @default {30}
   */
  readonly lease?: number;
  /**
   * Whether to put the task's own files on the queue, for workers that allow its digest: the module, and what it
   * reaches by relative names. All who may read from the server can read them.
   *
   * @default {false}
   */
  readonly share?: boolean;
  /**
   * Stops the run; what is kept stays, and so do jobs and results on the server.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
  /**
   * Told after each chunk, and every other second.
   *
   * @default {undefined}
   */
  readonly onProgress?: (progress: QueueProgress) => void;
  /**
   * Told, in words, what a person should know: that the server is away, that it is back.
   *
   * @default {undefined}
   */
  readonly onNotice?: (text: string) => void;
}

/** How far a run has come. */
export interface QueueProgress extends SimulationProgress {
  /** Chunks that workers have taken and not brought back. */
  readonly busy: number;
}

/** A run that is done. */
export interface QueuedRun {
  /** Which one: 24 hexadecimal digits, of all that decides its rows and files. */
  readonly id: string;
  /** Rows, failed ones included. */
  readonly n: number;
  /** How many failed. */
  readonly failed: number;
  /** The first few that failed, and why. */
  readonly failures: readonly SimulationFailure[];
}

/**
 * Draws `n` rows of θ from the prior, has x simulated by the workers of a queue, `queueWork`, and keeps them in a
 * folder, which ends byte for byte as that of `simulate` with the same key, source, `n` and rows in a chunk.
 *
 * Any side may be killed and started again at any moment, this one included: call again with the same arguments.
 * Workers take only runs of the same task, by content, made by the same engine. Memory does not grow with `n`,
 * but for a byte a chunk and, where the prior is of the caller's own making, θ of all rows.
 *
 * Needs permission for the network (`--allow-net`), to read the module (`--allow-read`), and to write
 * (`--allow-write`).
 *
 * @param key The key to consume.
 * @param source The module and export of a task.
 * @param n Rows wanted, failed ones included.
 * @param options Which queue, where to keep.
 * @returns What was done; `openSimulations(path)` reads the rows.
 * @throws {RangeError} If `n` or an option is out of range, every row has failed, one row does not fit into a
 * message, or the simulations at `path` are of another run.
 * @throws {TypeError} If the prior and simulator do not fit, or the module does not lead to a task.
 * @throws {FormatError} If a file at `path` is damaged.
 * @throws {Error} If the server cannot be reached or used, another is leading the same run, or a worker says that
 * the run cannot go on.
 *
 * @example Usage
 * ```ts ignore
 * import { key } from "@likely/core";
 * import { queueSimulate } from "@likely/queue";
 *
 * const source = { module: new URL("./my_task.ts", import.meta.url), export: "task" };
 * const server = { url: "nats://localhost:4222" };
 * await queueSimulate(key(0), source, 1_000_000, { server, path: "sims.zarr" });
 * ```
 */
export async function queueSimulate(
  key: Key,
  source: QueueSource,
  n: number,
  options: QueueSimulateOptions,
): Promise<QueuedRun> {
  const {
    server,
    path,
    chunkRows,
    score = false,
    lease = 30,
    share = false,
    signal = never(),
    onProgress,
    onNotice = () => {},
  } = options;
  requireKey("queue a run", key);
  if (!(lease >= 1 && lease <= 3600)) {
    throw new RangeError(
      `Cannot queue a run as lease must be in [1, 3600] seconds: current value is ${lease}`,
    );
  }
  const task = await taskDigest(source);
  const files = share ? await packTask(source) : undefined;
  await using channel = await openChannel(server, { name: "likely simulate", onNotice });
  await using run = await openRun(key, source, n, {
    path,
    score,
    signal,
    mostNumbers: mostNumbers(channel.mostBytes),
    ...(chunkRows !== undefined && { chunkRows }),
  });
  signal.throwIfAborted();
  const description = await describe(run, task);
  const streams = runStreams(channel, description.id);
  const place = `likely.lead.${description.id}`;
  if (await channel.isAnswered(place)) {
    throw new Error(
      `Cannot queue the run as one at a time must lead it: another does, of run ${description.id} at ${channel.where}`,
    );
  }
  using _here = channel.answer(place);
  await channel.keepTrying(() => removeForgotten(channel, Date.now()), signal);
  // Before the first job, so that whoever finds the run finds them.
  if (files) await channel.keepTrying(() => streams.share(files), signal);
  const start = performance.now();
  const before = run.done;
  await coordinate({
    run,
    description,
    channel,
    streams,
    lease,
    signal,
    onNotice,
    onNews: (busy) => {
      const rowsPerSecond = (run.done - before) / Math.max(1e-9, (performance.now() - start) / 1000);
      const { done, failed } = run;
      onProgress?.({ done, total: n, failed, rowsPerSecond, secondsLeft: (n - done) / rowsPerSecond, busy });
    },
  }).catch(async (error) => {
    // A run that cannot go on is not left for others to fail at.
    if (!signal.aborted && error instanceof RunError) await streams.remove().catch(() => {});
    throw error;
  });
  await channel.keepTrying(() => streams.remove(), signal);
  const { failed, failures } = run;
  if (failed === n) {
    throw new RangeError(
      `Cannot simulate as at least one row must succeed: all ${n} failed, row ${failures[0]!.row} as ${
        failures[0]!.reason
      }`,
    );
  }
  return { id: description.id, n, failed, failures };
}

function never(): AbortSignal {
  return new AbortController().signal;
}
