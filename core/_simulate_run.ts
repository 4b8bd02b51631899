// What a run is made of, and who simulates its rows.

import { requireText } from "./_plain_data.ts";
import { requireLength } from "./check.ts";
import type { RowsPlan } from "./_simulate_rows.ts";
import { patientRunner } from "./_row_timeout.ts";
import { threadRunner, workerRunner } from "./_simulate_runner.ts";
import type { FilesPlan } from "./_simulate_store.ts";
import { type AnySimulator, isAsync } from "./any_simulator.ts";
import type { Key } from "./key.ts";
import { cores } from "./cores.ts";
import { keyText } from "./key_text.ts";
import { priorSpec } from "./prior_from.ts";
import type { SimulationManifest } from "./simulation_manifest.ts";
import type { SimulationRunner } from "./simulation_runner.ts";
import type { SimulationSource } from "./simulation_source.ts";
import { loadSimulator, type SimulatorModule } from "./simulator_module.ts";

/** What is simulated, resolved. */
export interface Run extends SimulationSource, RowsPlan {
  readonly simulator: AnySimulator;
  readonly module?: SimulatorModule;
}

/** Loads what is simulated, and requires that prior and simulator fit. */
export async function resolve(
  source: SimulationSource | SimulatorModule,
  score: boolean,
): Promise<Omit<Run, "key" | "score">> {
  const module = "module" in source ? source : undefined;
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  const who = `"${simulator.name}"`;
  if (prior === undefined) {
    throw new TypeError(
      `Cannot simulate ${who} as a module without a task must come with a prior: there is none`,
    );
  }
  requireText("simulate", "the simulator's name", simulator.name);
  requireLength(`simulate ${who}`, "a row of the prior", prior.dim, simulator.thetaDim);
  if (score && !hasScores(simulator)) {
    throw new TypeError(`Cannot simulate ${who} with scores as it must have a score: there is none`);
  }
  return { prior, simulator, ...(module && { module }) };
}

/** What was loaded here is let go of here. */
export function closing(simulator: AnySimulator | undefined): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      if (simulator && isAsync(simulator)) await simulator.close?.();
    },
  };
}

function hasScores(simulator: AnySimulator): boolean {
  if (simulator.score) return true;
  return isAsync(simulator) ? simulator.givesScores === true : simulator.simulateScored !== undefined;
}

/** Who simulates. */
export interface RunnersPlan {
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  /** Seconds that a row may take on a worker; undefined for any time. */
  readonly rowTimeout?: number | undefined;
}

/** Workers of the machine at most: each is an engine with a memory of its own. */
export function mostWorkers(): number {
  return Math.max(64, 2 * cores());
}

/** Starts runners as they are asked for: on this thread, or as many workers as allowed. */
export function startRunners(
  run: Run,
  { workers, signal, rowTimeout }: RunnersPlan,
): { get(wanted: number): readonly SimulationRunner[] } & Disposable {
  const { module, simulator } = run;
  const elsewhere = isAsync(simulator) ? simulator.concurrency : undefined;
  const onWorkers = module !== undefined && workers > 0 && elsewhere === undefined;
  if (rowTimeout !== undefined && !onWorkers) {
    throw new TypeError(
      `Cannot simulate "${simulator.name}" with rowTimeout as workers must make its rows, which can be ended: ` +
        (elsewhere !== undefined || isAsync(simulator) ? "they are made elsewhere" : "this thread does"),
    );
  }
  const most = onWorkers ? workers : elsewhere ?? 1;
  const start = () => {
    if (!onWorkers) return threadRunner(run);
    const onWorker = () => workerRunner({ ...run, source: module });
    return rowTimeout === undefined ? onWorker() : patientRunner(onWorker, rowTimeout, run);
  };
  const started: SimulationRunner[] = [];
  const stop = () => started.forEach((runner) => runner.stop(signal?.reason));
  signal?.addEventListener("abort", stop);
  return {
    get: (wanted) => {
      while (started.length < Math.min(wanted, most)) {
        started.push(start());
      }
      if (signal?.aborted) stop();
      return started;
    },
    [Symbol.dispose]: () => {
      signal?.removeEventListener("abort", stop);
      stop();
    },
  };
}

/** What a folder says of a run. */
export function manifestOf(
  key: Key,
  { prior, simulator, score }: Run,
  { n, proposal, level }: Pick<SimulationManifest, "n" | "proposal" | "level">,
): FilesPlan["manifest"] {
  return {
    format: 2,
    simulator: simulator.name,
    key: keyText(key),
    names: prior.names,
    prior: priorSpec(prior),
    n,
    xDim: simulator.xDim,
    ...(simulator.xNames && { xNames: simulator.xNames }),
    score,
    ...(proposal !== undefined && { proposal }),
    ...(level && { level }),
  };
}
