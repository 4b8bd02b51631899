// `--shard`: which part of a run, as text or from what runs the job.

import type { Shard } from "@likely/core";
import type { Arguments } from "./_options.ts";

const SLURM = {
  id: "SLURM_ARRAY_TASK_ID",
  least: "SLURM_ARRAY_TASK_MIN",
  most: "SLURM_ARRAY_TASK_MAX",
  count: "SLURM_ARRAY_TASK_COUNT",
  step: "SLURM_ARRAY_TASK_STEP",
} as const;
const KUBERNETES = "JOB_COMPLETION_INDEX";

/** An environment: the value of a variable, and `null` where it must not be read. */
export type Environment = (name: string) => string | undefined | null;

/** The shard that the arguments ask for; counted from 1 on the command line, as by other tools that shard. */
export function shardFrom(args: Arguments, env: Environment = readEnv): Shard | undefined {
  const text = args.text("shard");
  if (text === undefined) return undefined;
  const [, part, of] = /^(auto|\d{1,15})(?:\/(\d{1,15}))?$/.exec(text) ?? [];
  const isAuto = part === "auto";
  if (part === undefined || !isAuto && of === undefined) {
    args.refuse(`--shard must be 3/100, auto or auto/100: current value is "${text}"`);
  }
  const shard = isAuto
    ? fromEnv(args, of === undefined ? undefined : Number(of), env)
    : { index: Number(part) - 1, of: Number(of) };
  if (shard.index >= 0 && shard.index < shard.of) return shard;
  const [from, to] = [`1/${shard.of}`, `${shard.of}/${shard.of}`];
  const found = `${shard.index + 1}/${shard.of}`;
  if (shard.of === 0) return args.refuse(`--shard must have 1 part at least: current value is "${text}"`);
  return args.refuse(
    `--shard must be from ${from} to ${to}: current value is "${text}"${isAuto ? `, which is ${found}` : ""}`,
  );
}

function fromEnv(args: Arguments, of: number | undefined, env: Environment): Shard {
  const [slurm, kubernetes] = [env(SLURM.id), env(KUBERNETES)];
  if (typeof slurm === "string" && typeof kubernetes === "string") {
    args.refuse(`--shard auto must find one of ${SLURM.id} and ${KUBERNETES}: both are set`);
  }
  if (typeof slurm === "string") return fromSlurm(args, of, env);
  if (typeof kubernetes !== "string") {
    if (slurm === null || kubernetes === null) refuseUnread(args);
    args.refuse(`--shard auto must find ${SLURM.id} or ${KUBERNETES}: neither is set`);
  }
  // Kubernetes tells a pod its index, and not how many there are.
  if (of === undefined) {
    args.refuse(
      `--shard auto must say how many shards there are, as ${KUBERNETES} does not: ` +
        "auto/<completions of the Job>",
    );
  }
  return { index: whole(args, KUBERNETES, kubernetes), of };
}

function fromSlurm(args: Arguments, of: number | undefined, env: Environment): Shard {
  const read = (name: string) => whole(args, name, env(name));
  const [id, least, most] = [read(SLURM.id), read(SLURM.least), read(SLURM.most)];
  const [count, step] = [read(SLURM.count), Math.max(1, read(SLURM.step))];
  // Of --array=3,17 nobody can tell which shards these are.
  if ((most - least) / step + 1 !== count || (of ?? count) !== count) {
    args.refuse(
      `--shard auto must find an array without holes${of === undefined ? "" : ` of ${of} tasks`}: ` +
        `current one has ${count} tasks from ${least} to ${most}; submit the whole array again, as finished ` +
        `shards end at once, or say --shard <part>/<parts>`,
    );
  }
  return { index: (id - least) / step, of: count };
}

function whole(args: Arguments, name: string, text: string | undefined | null): number {
  if (text === null) refuseUnread(args);
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  return args.refuse(
    `--shard auto must find a whole number in ${name}: ${
      text === undefined ? "it is not set" : `current value is "${text}"`
    }`,
  );
}

function refuseUnread(args: Arguments): never {
  const names = [...Object.values(SLURM), KUBERNETES].join(",");
  args.refuse(
    `--shard auto must be allowed to look: run with --allow-env=${names}, or say which shard it is`,
  );
}

function readEnv(name: string): string | undefined | null {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}
