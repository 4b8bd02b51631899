// `likely simulate`.

import { console } from "./_console.ts";
import { isAsync, type Shard, simulate, type SimulationProgress, type SimulatorModule } from "@likely/core";
import { deaf, Interrupted, onInterrupt } from "./_interrupt.ts";
import { type Arguments, type Command, wrap } from "./_options.ts";
import { requireReplaceable, requireStore } from "./_output.ts";
import { printFailures } from "./_print_failures.ts";
import { progress, rate } from "./_progress.ts";
import { serverOf, serverOptions } from "./_queue.ts";
import { keyFor } from "./_seed.ts";
import { shardFrom } from "./_shard.ts";
import { loadTask, TASK_HELP, type TaskSource } from "./_task.ts";

/** The command. */
export const simulateCommand: Command = {
  name: "simulate",
  summary: "Simulates pairs of parameters and data from a task.",
  positionals: ["task"],
  options: {
    out: { value: "folder", help: "where to keep the pairs, as a Zarr group", required: true },
    n: { value: "rows", help: "how many pairs, failed ones included", default: "10000" },
    seed: { value: "number", help: "the same seed gives the same pairs", default: "0" },
    workers: {
      value: "number",
      help: "how many workers (default: one for each core); 0 for none, and then Ctrl-C ends at once",
    },
    "row-timeout": {
      value: "seconds",
      help: "that a row may take on a worker; one that takes longer has failed",
    },
    "chunk-rows": {
      value: "rows",
      help: "handed out, and stored, at a time; by default a hundredth of --n, at most 1000",
    },
    levels: {
      value: "rows",
      help: "of a simulator with levels, how many of each from the cheapest on: 10000,500,100",
    },
    shard: {
      value: "part",
      help: "make a part of the run: 3/100, the third of a hundred; auto in an array of Slurm jobs",
    },
    score: { help: "keep exact scores too, for tasks that have them: better models" },
    queue: {
      value: "server",
      help: "have pairs simulated by all who work for this server: nats://host:4222, and likely work there",
    },
    "share-task": {
      help: "put the task's own files on the queue, for those who allow its digest",
      with: ["queue"],
    },
    ...serverOptions(["queue"]),
  },
  notes: [
    ...wrap(TASK_HELP),
    "",
    "Run the same command again to take up a run that was interrupted; with a larger --n to add",
    "pairs. Nothing else in the folder is ever replaced.",
    "",
    ...wrap(
      "Shards go on as many machines as you like, in one folder that all of them see, or each in its own " +
        "for `likely merge` to join; the files are those of one machine that was given the same " +
        "--chunk-rows (default for shards: 1000, or as many as make 1000 files). --shard auto reads " +
        "SLURM_ARRAY_TASK_ID; auto/100 reads the JOB_COMPLETION_INDEX of a Kubernetes Job of 100.",
    ),
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program,",
    "--allow-env for --shard auto, --allow-net for --queue.",
  ],
  examples: [
    "likely simulate two_moons --out sims.zarr",
    "likely simulate toggle_switch --levels 10000,500,100 --out levels",
    "likely simulate two_moons --n 1000000 --shard 3/100 --out part3.zarr",
    "likely simulate ./my_task.ts#epidemic --out sims.zarr --n 100000 --workers 8",
    "likely simulate task.json --out sims.zarr --n 5000 --chunk-rows 50",
    "likely simulate ./my_task.ts --out sims.zarr --n 1000000 --queue nats://queue:4222",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const path = args.required("out");
  const n = args.integer("n", 1)!;
  const seed = args.integer("seed", 0)!;
  const workers = args.integer("workers", 0);
  const rowTimeout = args.positive("row-timeout");
  if (rowTimeout !== undefined && workers === 0) {
    args.refuse("--row-timeout must come with workers, which can be ended: --workers is 0");
  }
  const shard = shardFrom(args);
  const chunkRows = args.integer("chunk-rows", 1);
  const { task, source } = await loadTask(args.positional(0));
  const options = {
    path,
    ...(workers !== undefined && { workers }),
    ...(rowTimeout !== undefined && { rowTimeout }),
    ...(shard && { shard }),
    ...(chunkRows !== undefined && { chunkRows }),
  };
  if (args.has("queue")) refuseBeside(args, "queue", ["levels", "workers", "shard", "row-timeout"]);
  if (args.has("levels")) return await byLevels(args, source, { seed, options });
  await requireStore(path);
  if (args.has("queue")) return await byQueue(args, source, { path, n, seed, chunkRows });
  const dataset = await watched(path, (signal, onProgress) =>
    simulate(keyFor("simulate", seed), source, n, {
      ...options,
      score: args.flag("score"),
      signal,
      onProgress,
    }), { isDeaf: workers === 0 && !isAsync(task.simulator) });
  const { name, thetaDim, xDim } = task.simulator;
  const own = dataset.x.n + dataset.failed;
  const what = shard ? `shard ${shard.index + 1} of ${shard.of}, with ${own} of the ${n} rows: ` : "";
  console.log(
    `${path}: ${what}${dataset.x.n} pairs of ${name}, theta of width ${thetaDim} and x of width ${xDim}`,
  );
  printFailures(dataset, own);
}

interface LevelsRun {
  readonly seed: number;
  readonly options: { readonly path: string; readonly shard?: Shard };
}

/** Each level above the lowest beside the one below. */
async function byLevels(
  args: Arguments,
  source: SimulatorModule,
  { seed, options }: LevelsRun,
): Promise<void> {
  const { path, shard } = options;
  refuseBeside(args, "levels", ["n", "score", "row-timeout"]);
  const text = args.text("levels")!;
  const counts = text.split(",").map(Number);
  if (!counts.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    args.refuse(`--levels must be whole numbers >= 1 with commas between: current value is "${text}"`);
  }
  await requireReplaceable(path, { what: "levels of simulations", entries: /^level\d+$/ });
  const { coupledSimulate, totalCost } = await import("@likely/sbi");
  const pairs = await watched(
    path,
    (signal, onProgress) =>
      coupledSimulate(keyFor("simulate", seed), source, counts, { ...options, signal, onProgress }),
  );
  console.log(
    `${path}: ${
      shard ? `shard ${shard.index + 1} of ${shard.of}: ` : ""
    }${pairs.levels.length} levels of ${pairs.simulator}, cost ${Number(totalCost(pairs).toPrecision(6))}`,
  );
  for (const [l, { theta, failed }] of pairs.levels.entries()) {
    const what = l === 0 ? "rows" : `pairs with level ${l - 1}`;
    console.log(`  level ${l}  ${theta.n} ${what}${failed > 0 ? `, ${failed} failed and left out` : ""}`);
  }
}

function refuseBeside(args: Arguments, option: string, others: readonly string[]): void {
  const wrong = others.find((name) => args.flag(name) || (name !== "score" && args.has(name)));
  if (wrong) args.refuse(`--${wrong} must come without --${option}`);
}

/** Pairs that others simulate: here they are only kept. */
async function byQueue(
  args: Arguments,
  source: TaskSource["source"],
  { path, n, seed, chunkRows }: {
    readonly path: string;
    readonly n: number;
    readonly seed: number;
    readonly chunkRows: number | undefined;
  },
): Promise<void> {
  const server = serverOf(args.text("queue")!, args);
  const { queueSimulate, taskDigest } = await import("@likely/queue");
  const share = args.flag("share-task");
  if (share) {
    console.error(`simulate: the task is shared: likely work <server> --allow ${await taskDigest(source)}`);
  }
  let told = false;
  const { failed, failures } = await watched(
    path,
    (signal, onProgress) =>
      queueSimulate(keyFor("simulate", seed), source, n, {
        server,
        path,
        score: args.flag("score"),
        share,
        signal,
        onProgress: (now) => {
          onProgress(now);
          if (told || now.done > 0 || now.busy > 0) return;
          told = true;
          console.error("simulate: nobody works for the queue yet: likely work <server> --allow <task>");
        },
        onNotice: (text) => console.error(`simulate: ${text}`),
        ...(chunkRows !== undefined && { chunkRows }),
      }),
  );
  console.log(`${path}: ${n - failed} pairs, simulated by those who work for the queue`);
  printFailures({ failed, failures }, n);
}

/** Shows a bar, and says what is kept when the user stops the work. */
async function watched<T>(
  path: string,
  work: (signal: AbortSignal, onProgress: (progress: SimulationProgress) => void) => Promise<T>,
  { isDeaf = false } = {},
): Promise<T> {
  using interrupt = isDeaf ? deaf() : onInterrupt();
  using bar = progress("simulate");
  let latest: SimulationProgress | undefined;
  try {
    const done = await work(interrupt.signal, (now) => {
      latest = now;
      const failed = now.failed > 0 ? `, ${now.failed} failed` : "";
      bar.update(now.done, now.total, rate(now.rowsPerSecond, now.secondsLeft) + failed);
    });
    if (latest === undefined) {
      console.log(`note: all rows were there, and nothing was simulated; remove ${path} to begin anew`);
    }
    return done;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const kept = latest
      ? `${latest.done} of ${latest.total} pairs are kept in ${path}`
      : "nothing new is kept";
    throw new Interrupted(`Interrupted: ${kept}; run the same command again to go on`);
  }
}
