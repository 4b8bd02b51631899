/**
 * Those who simulate what a queue holds.
 *
 * @module
 */

import { loadSimulator } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { type Channel, openChannel } from "./_channel.ts";
import { engine, type RunDescription } from "./_run_description.ts";
import { listRuns, runStreams } from "./_run_streams.ts";
import { pause } from "./_waiting.ts";
import { type AllowedTask, type FoundRun, type OpenRun, openWork, workOn } from "./_work_on.ts";
import type { QueueServer } from "./queue_server.ts";
import type { QueueSource } from "./queue_source.ts";
import type { SharedTask } from "./shared_task.ts";
import { taskDigest } from "./task_digest.ts";

/** Options of {@linkcode queueWork}. */
export interface QueueWorkOptions {
  /** Where the queue is. */
  readonly server: QueueServer;
  /**
   * Web Workers, for simulators that run on them: one whose rows are made elsewhere says itself how many calls
   * at a time to make.
   *
   * @default {undefined} One for each core.
   */
  readonly workers?: number;
  /**
   * Seconds without anything to do after which this ends.
   *
   * @default {Infinity}
   */
  readonly idle?: number;
  /**
   * Stops the work: chunks under way are given back at once.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
  /**
   * Told after each chunk.
   *
   * @default {undefined}
   */
  readonly onProgress?: (done: WorkDone) => void;
  /**
   * Told, in words, what a person should know: which runs are refused and why, that the server is away.
   *
   * @default {undefined}
   */
  readonly onNotice?: (text: string) => void;
}

/** What was brought to the queue. */
export interface WorkDone {
  /** Chunks. */
  readonly chunks: number;
  /** Rows in them. */
  readonly rows: number;
}

/** Seconds between looks for a run at first, and at most. */
const LOOK = 0.5;
const LONGEST = 5;

/**
 * Simulates chunks of the runs on a queue, those of the tasks given here and no others: a task is known by what
 * its files say, `taskDigest`, and nothing that comes from the queue is ever run, but for the files of a task
 * whose digest is given here in place of its module, once they are found to be those. Goes on until it is stopped.
 *
 * Simulators run in Web Workers, so that the connection stays free to say that a chunk is still under way. What
 * a killed worker has not brought back is handed out again. A run of another engine than this one is refused, as
 * the last bits of its numbers would differ.
 *
 * Needs permission for the network (`--allow-net`) and to read the modules (`--allow-read`).
 *
 * @param sources The tasks allowed: modules and exports, or digests, for which files are also written
 * (`--allow-write`).
 * @param options Which queue, how many workers.
 * @returns What was done, where `idle` has ended it.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If a module does not lead to a task, or a digest is none.
 * @throws {UnreachableError} If a program or server of the task cannot be had here.
 * @throws {Error} If the queue's server cannot be reached or used, the files of a task change, or a Web Worker
 * breaks down.
 *
 * @example Usage
 * ```ts ignore
 * import { queueWork } from "@likely/queue";
 *
 * const source = { module: new URL("./my_task.ts", import.meta.url), export: "task" };
 * await queueWork([source], { server: { url: "nats://localhost:4222" } });
 * ```
 */
export async function queueWork(
  sources: readonly (QueueSource | SharedTask)[],
  options: QueueWorkOptions,
): Promise<WorkDone> {
  const { server, workers, idle = Infinity, signal = never(), onProgress, onNotice = () => {} } = options;
  if (workers !== undefined) requireInteger("work on a queue", "workers", workers, 1);
  if (!(idle > 0)) {
    throw new RangeError(`Cannot work on a queue as idle must be > 0 seconds: current value is ${idle}`);
  }
  const allowed = await Promise.all(sources.map(allow));
  await using channel = await openChannel(server, { name: "likely work", onNotice });
  const refused = refusals(allowed, onNotice);
  const tried = new Map<string, number>();
  let done: WorkDone = { chunks: 0, rows: 0 };
  let latest = performance.now();
  let open: OpenRun | undefined;
  let look = LOOK;
  try {
    while (performance.now() - latest < 1000 * idle) {
      const found = await channel.keepTrying(
        () => choose(channel, { allowed, refuse: refused, tried }),
        signal,
      );
      if (found === undefined) {
        await pause(look, signal);
        look = Math.min(LONGEST, 1.5 * look);
        continue;
      }
      look = LOOK;
      if (open?.description.id !== found.description.id) {
        await open?.[Symbol.asyncDispose]();
        open = undefined;
        const opened = await openWork(found, workers);
        if ("refused" in opened) {
          refused(found.description, opened.refused);
          continue;
        }
        open = opened;
      }
      tried.set(found.description.id, performance.now());
      const isFree = await workOn(open, {
        channel,
        streams: found.streams,
        signal,
        onNotice,
        onDone: (rows) => {
          done = { chunks: done.chunks + 1, rows: done.rows + rows };
          latest = performance.now();
          onProgress?.(done);
        },
      });
      if (isFree) continue;
      // A chunk of a run that has ended may still be under way.
      await open[Symbol.asyncDispose]();
      open = undefined;
    }
  } finally {
    await open?.[Symbol.asyncDispose]();
  }
  return done;
}

async function allow(source: QueueSource | SharedTask): Promise<AllowedTask> {
  if ("digest" in source) {
    const { digest } = source;
    if (/^[0-9a-f]{64}$/.test(digest)) return { digest, name: "of the queue" };
    throw new TypeError(
      `Cannot work on a queue as a digest must be 64 hexadecimal digits: current value is ${digest}`,
    );
  }
  // The digest first: should the file change in between, the run's digest will tell.
  const digest = await taskDigest(source);
  return { source, digest, name: (await loadSimulator(source)).simulator.name };
}

type Refuse = (description: RunDescription, why: string) => void;

/**
 * Of the runs with jobs that wait, one that the fewest are working on. Else one whose jobs are all under way, as
 * whoever has one may have been killed: the one that was tried longest ago.
 */
async function choose(
  channel: Channel,
  { allowed, refuse, tried }: {
    readonly allowed: readonly AllowedTask[];
    readonly refuse: ReturnType<typeof refusals>;
    readonly tried: ReadonlyMap<string, number>;
  },
): Promise<FoundRun | undefined> {
  const found: (FoundRun & { readonly rank: readonly [number, number] })[] = [];
  for (const description of await listRuns(channel)) {
    const task = allowed.find(({ digest }) => digest === description.task);
    if (task === undefined || description.engine !== engine()) {
      refuse(description, "");
      continue;
    }
    if (refuse.has(description)) continue;
    const streams = runStreams(channel, description.id);
    const jobs = await streams.jobs();
    if (jobs === undefined || jobs.waiting + jobs.taken === 0) continue;
    const rank = jobs.waiting > 0 ? [0, jobs.taken] as const : [1, tried.get(description.id) ?? 0] as const;
    found.push({ description, task, streams, rank });
  }
  return found.sort(({ rank: a }, { rank: b }) => a[0] - b[0] || a[1] - b[1])[0];
}

/** Says of each run once why it is left to others. */
function refusals(
  allowed: readonly AllowedTask[],
  onNotice: (text: string) => void,
): Refuse & { has(description: RunDescription): boolean } {
  const told = new Set<string>();
  const tasks = allowed.map(({ name, digest }) => `"${name}" ${digest.slice(0, 12)}`).join(", ") || "none";
  const refuse: Refuse = ({ id, simulator, task, engine: host }, why) => {
    if (told.has(id)) return;
    told.add(id);
    onNotice(
      `run ${id} is left to others: it asks for "${simulator}" ${task.slice(0, 12)} on ${host}${
        why && `, ${why}`
      }; allowed here: ${tasks} on ${engine()}`,
    );
  };
  return Object.assign(refuse, { has: ({ id }: RunDescription) => told.has(id) });
}

function never(): AbortSignal {
  return new AbortController().signal;
}
