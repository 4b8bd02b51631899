// `likely work`.

import { console } from "./_console.ts";
import type { WorkDone } from "@likely/queue";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import { type Arguments, type Command, wrap } from "./_options.ts";
import { serverOf, serverOptions } from "./_queue.ts";
import { loadTask } from "./_task.ts";

/** Seconds between two words on how far the work has come. */
const OFTEN = 60;

/** The command. */
export const workCommand: Command = {
  name: "work",
  summary: "Simulates what a queue holds, for runs that others lead with likely simulate --queue.",
  positionals: ["server"],
  options: {
    allow: {
      value: "tasks",
      help: "the tasks that may be run here, with commas between: names, modules of yours, or digests",
      required: true,
    },
    workers: { value: "number", help: "how many workers (default: one for each core)" },
    idle: { value: "seconds", help: "end after so long without anything to do (default: never)" },
    ...serverOptions(),
  },
  notes: [
    ...wrap(
      "<server> is nats://host:4222, or tls://host:4222: a NATS server of version 2.10 or later, started with " +
        "--jetstream. Nothing that comes from it is run: a run is taken where its task is one that is allowed " +
        "here, by all that its files say, and where it is led by the same version of Deno. Other runs are named " +
        "and left to others.",
    ),
    "",
    ...wrap(
      "A digest, as likely simulate --share-task prints it, allows a task whose files then come from the queue, " +
        "where they are those of the digest, to the byte.",
    ),
    "",
    "Ctrl-C gives back at once what is under way; what a killed worker had is handed out again.",
    "Permissions: --allow-net, --allow-read; --allow-write for digests.",
  ],
  examples: [
    "likely work nats://queue:4222 --allow two_moons",
    "likely work tls://queue:4222 --allow ./my_task.ts --creds worker.creds --workers 16",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const server = serverOf(args.positional(0), args);
  const workers = args.integer("workers", 1);
  const idle = args.positive("idle");
  const { queueWork, taskDigest } = await import("@likely/queue");
  const sources = [];
  for (const name of args.required("allow").split(",")) {
    if (/^[0-9a-f]{64}$/.test(name)) {
      sources.push({ digest: name });
      continue;
    }
    const { task, source } = await loadTask(name);
    console.error(`work: "${task.simulator.name}" ${(await taskDigest(source)).slice(0, 12)} is allowed`);
    sources.push(source);
  }
  // A machine that is about to be taken away says so by SIGTERM.
  using interrupt = onInterrupt();
  let done: WorkDone = { chunks: 0, rows: 0 };
  let told = performance.now();
  try {
    await queueWork(sources, {
      server,
      signal: interrupt.signal,
      onNotice: (text) => console.error(`work: ${text}`),
      onProgress: (now) => {
        done = now;
        if (performance.now() - told < 1000 * OFTEN) return;
        told = performance.now();
        console.error(`work: ${inWords(done)}`);
      },
      ...(workers !== undefined && { workers }),
      ...(idle !== undefined && { idle }),
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(`Interrupted: ${inWords(done)}; what was under way is given back`);
  }
  console.log(inWords(done));
}

function inWords({ chunks, rows }: WorkDone): string {
  return `${rows} rows in ${chunks} chunks were simulated for the queue`;
}
