// The two streams of a run: jobs that wait or are under way, results that wait to be kept.
//
// Each chunk has a subject of its own in each of them, which holds one message at most: what is published twice,
// by a coordinator that was started again or by two workers, is there once, whatever the time between.

import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from "@nats-io/jetstream";
import { type Channel, GoneError, type Handed, isAway, type Wait } from "./_channel.ts";
import { readDescription, type RunDescription, writeDescription } from "./_run_description.ts";

/** The subjects of all jobs. */
const ALL_JOBS = "likely.jobs.>";
const CONSUMER = "likely";
const METADATA = "likely_run";
/** Seconds after which what nobody came for is dropped. */
const WEEK = 7 * 24 * 3600;
/** Answers of a server that holds a message of that subject already. */
const SUBJECT_IS_TAKEN = 10077;
const NANOS = 1e9;
/** Seconds in which a result is kept; one that is handed out again meanwhile waits for that, and is dropped. */
const KEEPING = 10;

/** What the server knows of a stream. */
export interface Waiting {
  /** Messages that nobody has taken. */
  readonly waiting: number;
  /** Messages that somebody has taken and not done. */
  readonly taken: number;
  /** Seconds in which what was taken must be done, or begun anew. */
  readonly lease: number;
}

/** The streams of a run, as both sides use them. */
export interface RunStreams {
  /** Makes them, or leaves them as they are. */
  create(description: RunDescription, lease: number): Promise<void>;
  /** Removes both. */
  remove(): Promise<void>;
  /** Puts a job in, unless it is there. */
  offer(chunk: number, job: Uint8Array): Promise<void>;
  /** Puts a result in, unless one is there; false where the run has ended. */
  deliver(chunk: number, result: Uint8Array): Promise<boolean>;
  /** The next job; undefined where there is none for so many seconds. @throws {GoneError} Where the run has ended. */
  nextJob(wait: Wait): Promise<ChunkMessage | undefined>;
  /** The next result. */
  nextResult(wait: Wait): Promise<ChunkMessage | undefined>;
  /** How many jobs wait, and are under way; undefined where the run has ended. */
  jobs(): Promise<Waiting | undefined>;
  /** Chunks whose jobs are there, waiting or under way. */
  offered(): Promise<Set<number>>;
  /** Results that are not kept yet. */
  results(): Promise<number>;
  /** Hands out anew whatever is in a stream: what is under way, too, which does no harm. */
  renew(kind: "jobs" | "results", lease: number): Promise<void>;
  /** Puts the task's files beside the run, in pieces. */
  share(files: Uint8Array): Promise<void>;
  /** The task's files; undefined where they are not there, or not all of them. */
  shared(): Promise<Uint8Array | undefined>;
}

/** A job or a result that was handed out. */
export interface ChunkMessage extends Handed {
  readonly chunk: number;
}

/** The streams of the run with that id. */
export function runStreams({ js, manager, next, mostBytes }: Channel, id: string): RunStreams {
  const jobs = streamOf("jobs", id);
  const results = streamOf("results", id);
  const task = streamOf("task", id);
  const take = async (stream: string, wait: Wait): Promise<ChunkMessage | undefined> => {
    const message = await next(stream, CONSUMER, wait).catch((error) => unlessGone(error, stream));
    if (message === undefined) return undefined;
    return { ...message, chunk: Number(message.subject.split(".").at(-1)) };
  };
  // A stream that is gone and a server that is away give the same answer to one who asks there.
  const unlessGone = async (error: unknown, stream: string): Promise<never> => {
    if (isAway(error) && !(await isThere(stream))) throw new GoneError("the run has ended");
    throw error;
  };
  const isThere = async (stream: string): Promise<boolean> => {
    try {
      await manager.consumers.info(stream, CONSUMER);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };
  const put = async (kind: Kind, chunk: number, data: Uint8Array): Promise<boolean> => {
    try {
      await js.publish(`likely.${kind}.${id}.${chunk}`, data, { expect: { streamName: streamOf(kind, id) } });
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === SUBJECT_IS_TAKEN) return true;
      if (isAway(error) && !(await isThere(streamOf(kind, id)))) return false;
      throw error;
    }
  };
  return {
    create: async (description, lease) => {
      await createStream("jobs", description);
      await createStream("results", description);
      await createConsumer(jobs, lease);
      // What one before has taken and not kept is handed out at once.
      await renew(results, KEEPING);
    },
    remove: async () => {
      for (const stream of [jobs, results, task]) await unlessMissing(manager.streams.delete(stream));
    },
    offer: async (chunk, job) => {
      if (!await put("jobs", chunk, job)) throw new GoneError("the run's jobs are gone");
    },
    deliver: (chunk, result) => put("results", chunk, result),
    nextJob: (wait) => take(jobs, wait),
    nextResult: (wait) => take(results, wait),
    jobs: async () => {
      const info = await unlessMissing(manager.consumers.info(jobs, CONSUMER));
      return info && {
        waiting: info.num_pending,
        taken: info.num_ack_pending,
        lease: (info.config.ack_wait ?? 30 * NANOS) / NANOS,
      };
    },
    offered: async () => {
      const { state } = await manager.streams.info(jobs, { subjects_filter: ">" });
      return new Set(Object.keys(state.subjects ?? {}).map((subject) => Number(subject.split(".").at(-1))));
    },
    renew: (kind, lease) => renew(streamOf(kind, id), kind === "jobs" ? lease : KEEPING),
    results: async () => (await manager.streams.info(results)).state.messages,
    share: async (files) => {
      const size = Math.floor(mostBytes / 2);
      const found = await unlessMissing(manager.streams.info(task));
      if (found?.state.messages === Math.ceil(files.length / size)) return; // Of this run, so of this task.
      if (found) await manager.streams.delete(task);
      await manager.streams.add({ name: task, subjects: [`likely.task.${id}.*`], max_age: WEEK * NANOS });
      for (let at = 0; at < files.length; at += size) {
        await js.publish(`likely.task.${id}.${at}`, files.subarray(at, at + size));
      }
    },
    shared: async () => {
      const parts: Uint8Array[] = [];
      const info = await unlessMissing(manager.streams.info(task));
      for (let seq = info?.state.first_seq ?? 1; seq <= (info?.state.last_seq ?? 0); seq++) {
        const message = await manager.streams.getMessage(task, { seq });
        if (message) parts.push(message.data);
      }
      if (parts.length === 0) return undefined;
      const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
  };

  async function createStream(kind: Kind, description: RunDescription): Promise<void> {
    const stream = streamOf(kind, id);
    if (await unlessMissing(manager.streams.info(stream)) !== undefined) return;
    await manager.streams.add({
      name: stream,
      subjects: [`likely.${kind}.${id}.*`],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      max_age: WEEK * NANOS,
      metadata: { [METADATA]: writeDescription(description) },
    });
  }

  async function renew(stream: string, lease: number): Promise<void> {
    await unlessMissing(manager.consumers.delete(stream, CONSUMER));
    await createConsumer(stream, lease);
  }

  async function createConsumer(stream: string, lease: number): Promise<void> {
    const wait = Math.round(lease * NANOS);
    const found = await unlessMissing(manager.consumers.info(stream, CONSUMER));
    if (found?.config.ack_wait === wait) return;
    if (found) return void await manager.consumers.update(stream, CONSUMER, { ack_wait: wait });
    await manager.consumers.add(stream, {
      durable_name: CONSUMER,
      ack_policy: AckPolicy.Explicit,
      ack_wait: wait,
      max_deliver: -1,
      max_ack_pending: -1,
    });
  }
}

/** The runs that are on a server, the oldest first. */
export async function listRuns(channel: Channel): Promise<RunDescription[]> {
  const streams = await channel.streams(ALL_JOBS);
  return streams.toSorted((a, b) => Date.parse(a.created) - Date.parse(b.created))
    .map(describedBy).filter((found) => found !== undefined);
}

/** Removes runs that nothing has happened to for a week, and of which nothing is left but empty streams. */
export async function removeForgotten(channel: Channel, now: number): Promise<void> {
  for (const info of await channel.streams(ALL_JOBS)) {
    const description = describedBy(info);
    const last = Math.max(Date.parse(info.created), Date.parse(info.state.last_ts) || 0);
    if (description === undefined || info.state.messages > 0 || now - last < WEEK * 1000) continue;
    await runStreams(channel, description.id).remove();
  }
}

type Kind = "jobs" | "results" | "task";

function streamOf(kind: Kind, id: string): string {
  return `likely_${kind}_${id}`;
}

function describedBy({ config }: StreamInfo): RunDescription | undefined {
  return readDescription(config.metadata?.[METADATA]);
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound);
}
