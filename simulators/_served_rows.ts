// Rows of a simulation, each a request to a served model; what goes wrong with one costs that row alone.

import {
  type AsyncCall,
  type AsyncRows,
  bits,
  foldIn,
  type Key,
  type Points,
  row,
  type SimulationFailure,
  UnreachableError,
  zeros,
} from "@likely/core";
import { requireColumns, requireKey } from "@likely/core/check";
import type { Gate } from "./_gate.ts";
import { isPassing, type Patience, patiently } from "./_patient.ts";
import { UmBridgeError } from "./um_bridge_error.ts";
import type { UmBridgeConfig, UmBridgeModel } from "./um_bridge_model.ts";

/** A model as rows see it. */
export interface ServedRows {
  /** Where the rows come from. */
  readonly model: UmBridgeModel;
  /** What goes with each request. */
  readonly config: UmBridgeConfig;
  /** The field of the config that gets the row's seed. */
  readonly seed?: string | undefined;
  /** The lengths of the input vectors that a row of θ is cut into. */
  readonly inputSizes: readonly number[];
  /** The lengths of the output vectors that make a row of x. */
  readonly outputSizes: readonly number[];
  /** One for all levels, as they share a server. */
  readonly gate: Gate;
  /** How often a request is tried again. */
  readonly patience: Patience;
  /** Asks the server whether it is there. */
  readonly isThere: (signal: AbortSignal) => Promise<boolean>;
}

/** So many rows without an answer, and none with one: the model itself does not work. */
const HOPELESS = 20;
/** Rows of a call that wait for the gate, or to be tried again; as many at least as it lets through. */
const BEGUN = 256;

/** What was added up. */
export function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Simulates rows of a run. */
export function servedRows(
  served: ServedRows,
): (key: Key, theta: Points, call?: AsyncCall) => Promise<AsyncRows> {
  const [thetaDim, xDim] = [total(served.inputSizes), total(served.outputSizes)];
  const hope = new Hope(served.model.name);
  return async (key, theta, { first = 0, signal } = {}) => {
    requireKey(`run model "${served.model.name}"`, key);
    requireColumns(`run model "${served.model.name}"`, "theta", theta, thetaDim);
    signal?.throwIfAborted();
    const x = zeros(theta.n, xDim);
    const failures: SimulationFailure[] = [];
    const end = new AbortController();
    end.signal.addEventListener("abort", () => served.gate.sweep());
    const stop = () => end.abort(signal?.reason);
    signal?.addEventListener("abort", stop);
    let next = 0;
    const work = async () => {
      for (let i = next++; i < theta.n; i = next++) {
        const [inputs, index] = [row(theta, i), first + i];
        try {
          await simulateRow(served, { key, inputs, index, signal: end.signal }, row(x, i));
          hope.answered();
        } catch (error) {
          end.signal.throwIfAborted();
          await requireServer(served, error, end.signal);
          hope.failed(index, error as UmBridgeError);
          row(x, i).fill(NaN);
          failures.push({ row: index, reason: (error as UmBridgeError).message });
        }
      }
    };
    const loops = Array.from(
      { length: Math.min(Math.max(BEGUN, served.gate.width), theta.n) },
      () =>
        work().catch((error) => {
          // The first error ends the others, which are waited for: no request outlives its call.
          end.abort(error);
        }),
    );
    await Promise.all(loops);
    signal?.removeEventListener("abort", stop);
    end.signal.throwIfAborted();
    return { x, failures: failures.sort((a, b) => a.row - b.row) };
  };
}

interface RowJob {
  readonly key: Key;
  readonly inputs: Float64Array;
  readonly index: number;
  readonly signal: AbortSignal;
}

async function simulateRow(served: ServedRows, job: RowJob, out: Float64Array): Promise<void> {
  const { model, inputSizes, outputSizes, gate, patience } = served;
  const { signal } = job;
  const inputs = cut(job.inputs, inputSizes);
  const config = seeded(served, job);
  const outputs = await patiently(
    () => gate.run(() => model.evaluate(inputs, config, { signal }), signal),
    patience,
    signal,
  );
  const lengths = outputs.map(({ length }) => length);
  if (`${lengths}` !== `${outputSizes}`) {
    throw new UmBridgeError(
      `Cannot evaluate model "${model.name}" as its outputs must have lengths ${outputSizes}: ` +
        `current lengths are ${lengths.slice(0, 20)}`,
      { type: "InvalidOutput" },
    );
  }
  let at = 0;
  for (const output of outputs) {
    out.set(output, at);
    at += output.length;
  }
}

function cut(theta: Float64Array, sizes: readonly number[]): Float64Array[] {
  let at = 0;
  return sizes.map((size) => theta.subarray(at, at += size));
}

/** 31 bits: a seed that fits a signed integer of any language. */
function seeded({ config, seed }: ServedRows, { key, index }: RowJob): UmBridgeConfig {
  return seed === undefined ? config : { ...config, [seed]: bits(foldIn(key, index), 1)[0]! >>> 1 };
}

/** Throws where the error is of the server and not of the row. */
async function requireServer({ isThere }: ServedRows, error: unknown, signal: AbortSignal): Promise<void> {
  if (!(error instanceof UmBridgeError)) throw error;
  const { type, message } = error;
  const isLacking = ["ModelNotFound", "UnsupportedFeature", "ProtocolVersion"].includes(type);
  const isElsewhere = type === "BareStatus" && !isPassing(error);
  // One that was dropped may have been the row's fault, where the server is there still.
  if (!isLacking && !isElsewhere && (type !== "Dropped" || await isThere(signal))) return;
  throw new UnreachableError(message, { cause: error });
}

/** Tells a model that never works from rows that fail. */
class Hope {
  readonly #name: string;
  readonly #failed = new Set<number>();
  #hasAnswered = false;

  constructor(name: string) {
    this.#name = name;
  }

  answered(): void {
    this.#hasAnswered = true;
  }

  failed(index: number, error: UmBridgeError): void {
    const isAnswer = error.status !== undefined && !["BareStatus", "Malformed"].includes(error.type);
    if (isAnswer) this.#hasAnswered = true;
    if (this.#hasAnswered) return;
    this.#failed.add(index);
    if (this.#failed.size < HOPELESS) return;
    throw new UnreachableError(
      `Cannot run model "${this.#name}" as one of the first ${HOPELESS} rows must be answered: ` +
        `all have failed, the last like this: ${error.message}`,
      { cause: error },
    );
  }
}
