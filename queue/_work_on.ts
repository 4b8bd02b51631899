// Simulates chunks of one run until no more come.

import { openRunners, type Runners, type SimulationRunner } from "@likely/core";
import { type Channel, GoneError } from "./_channel.ts";
import { readJob, type Result, writeResult } from "./_messages.ts";
import type { RunDescription } from "./_run_description.ts";
import type { ChunkMessage, RunStreams } from "./_run_streams.ts";
import { type UnpackedTask, unpackTask } from "./_shared_files.ts";
import { orAborted } from "./_waiting.ts";
import type { QueueSource } from "./queue_source.ts";
import { taskDigest } from "./task_digest.ts";

/** Who brings down a worker so many times is told of, and not tried again. */
const MOST_TIMES = 25;
/** Seconds to wait for a job before looking whether this run is still the one to work on. */
const WAIT = 5;

/** A run, with those who simulate its rows. */
export interface OpenRun extends AsyncDisposable {
  readonly description: RunDescription;
  readonly runners: Runners;
}

/** A task that may be run here. */
export interface AllowedTask {
  /** Absent where only its digest is allowed: its files come from the queue. */
  readonly source?: QueueSource;
  readonly digest: string;
  readonly name: string;
}

/** A run of a task that may be run here. */
export interface FoundRun {
  readonly description: RunDescription;
  readonly task: AllowedTask;
  readonly streams: RunStreams;
}

/** Starts those who simulate rows of a run, or says why not. */
export async function openWork(
  { description, task, streams }: FoundRun,
  workers: number | undefined,
): Promise<OpenRun | { readonly refused: string }> {
  const { name, digest } = task;
  const unpacked = task.source ? undefined : await fetchTask(streams, digest);
  const source = task.source ?? unpacked?.source;
  if (source === undefined) return { refused: "whose files are not on the queue, or not those" };
  if (await taskDigest(source) !== digest) {
    throw new Error(
      `Cannot work on "${name}" as its files must stay as they were: they have changed; start again`,
    );
  }
  const { key, score, thetaDim, xDim } = description;
  const runners = await openRunners(key, source, { score, ...(workers !== undefined && { workers }) });
  const dispose = async () => {
    await runners[Symbol.asyncDispose]();
    await unpacked?.[Symbol.asyncDispose]();
  };
  if (runners.thetaDim === thetaDim && runners.xDim === xDim) {
    return { description, runners, [Symbol.asyncDispose]: dispose };
  }
  await dispose();
  return { refused: "other numbers in a row than the task has" };
}

async function fetchTask(streams: RunStreams, digest: string): Promise<UnpackedTask | undefined> {
  const bytes = await streams.shared();
  return bytes && await unpackTask(bytes, digest);
}

/** What is needed to work on a run. */
export interface Work {
  readonly channel: Channel;
  readonly streams: RunStreams;
  /** Stops all; what is under way is given back. */
  readonly signal: AbortSignal;
  /** Told how many rows a chunk had, once its result is on the server. */
  readonly onDone: (rows: number) => void;
  readonly onNotice: (text: string) => void;
}

/** Resolves once nothing was to be done for a while; to false where the run has ended in the middle of work. */
export async function workOn({ description, runners }: OpenRun, work: Work): Promise<boolean> {
  const { channel, streams, signal } = work;
  const lease = (await channel.keepTrying(streams.jobs, signal))?.lease;
  if (lease === undefined) return true;
  const held = new Set<ChunkMessage>();
  const end = new AbortController();
  const stop = () => end.abort(signal.reason);
  signal.addEventListener("abort", stop);
  // This thread waits and never simulates, so it is there to say so in time.
  const timer = setInterval(() => held.forEach((message) => message.goOn()), 1000 * lease / 3);
  const free = new FreeRunners(runners.all);
  const underWay = new Set<Promise<void>>();

  const simulateChunk = async (runner: SimulationRunner, message: ChunkMessage): Promise<void> => {
    const done = await resultOf(runner, message, { description, work, end: end.signal });
    // The runner goes on while the result travels.
    free.put(runner);
    if (done === undefined) return void held.delete(message);
    const data = writeResult(done.result);
    const isKept = await channel.keepTrying(() => streams.deliver(message.chunk, data), end.signal);
    held.delete(message);
    if (!isKept) throw new GoneError("the run has ended");
    message.done(); // Not before the server has the result.
    work.onDone(done.rows);
  };

  try {
    signal.throwIfAborted();
    // One asks for all: nobody is still asking when this ends, and what is handed out is under way at once.
    for (;;) {
      const runner = await orAborted(free.take(), end.signal);
      const message = await channel.keepTrying(
        () => streams.nextJob({ seconds: WAIT, signal: end.signal }),
        end.signal,
      );
      if (message === undefined) {
        free.put(runner);
        if (held.size === 0) return true;
        continue;
      }
      held.add(message);
      const job = simulateChunk(runner, message).catch((error) => end.abort(error));
      underWay.add(job);
      job.finally(() => underWay.delete(job));
    }
  } catch (error) {
    end.abort(error);
    if (end.signal.reason instanceof GoneError) return false;
    throw end.signal.reason;
  } finally {
    await Promise.all(underWay);
    clearInterval(timer);
    signal.removeEventListener("abort", stop);
    // Others may have them at once; of whoever breaks down here, a little later.
    for (const message of held) message.giveBack(signal.aborted ? 0 : 5);
  }
}

interface Done {
  readonly result: Result;
  readonly rows: number;
}

async function resultOf(
  runner: SimulationRunner,
  message: ChunkMessage,
  { description, work, end }: {
    readonly description: RunDescription;
    readonly work: Work;
    readonly end: AbortSignal;
  },
): Promise<Done | undefined> {
  const { chunk, times } = message;
  let job;
  try {
    job = readJob(message.data, description);
  } catch (error) {
    work.onNotice(`a message that is no job was left out: ${(error as Error).message}`);
    message.done();
    return undefined;
  }
  const rows = job.theta.n;
  if (times > MOST_TIMES) {
    const which = rows === 1 ? `row ${job.first}` : `rows ${job.first} to ${job.first + rows - 1}`;
    const error = `Cannot simulate ${which}, chunk ${chunk}, as whoever tries must come back with them: ` +
      `they were handed out ${MOST_TIMES} times, and nobody did`;
    return { result: { error }, rows };
  }
  try {
    return { result: { rows: await orAborted(runner.run(job), end) }, rows };
  } catch (error) {
    // Wrong numbers of numbers, and the like: others would find the same.
    if (!end.aborted && error instanceof TypeError) return { result: { error: error.message }, rows };
    throw error;
  }
}

/** Runners that wait for a job. */
class FreeRunners {
  readonly #free: SimulationRunner[];
  #wanted: ((runner: SimulationRunner) => void) | undefined;

  constructor(runners: readonly SimulationRunner[]) {
    this.#free = [...runners];
  }

  put(runner: SimulationRunner): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) wanted(runner);
    else this.#free.push(runner);
  }

  /** Resolves to one as soon as there is one; asked again only then. */
  take(): Promise<SimulationRunner> {
    const runner = this.#free.pop();
    return runner ? Promise.resolve(runner) : new Promise((resolve) => this.#wanted = resolve);
  }
}
