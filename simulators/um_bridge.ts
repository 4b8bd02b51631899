/**
 * Models that are served by UM-Bridge, as simulators.
 *
 * @module
 */

import { type AsyncLevel, type AsyncSimulator, UnreachableError } from "@likely/core";
import { checkUmBridge } from "./_check_um_bridge.ts";
import { Gate } from "./_gate.ts";
import { patiently } from "./_patient.ts";
import { servedRows, total } from "./_served_rows.ts";
import { UmBridgeError } from "./um_bridge_error.ts";
import {
  type UmBridgeCall,
  type UmBridgeConfig,
  type UmBridgeModel,
  umBridgeModel,
} from "./um_bridge_model.ts";
import type { UmBridgeLevel, UmBridgeOptions } from "./um_bridge_options.ts";

/**
 * Makes a simulator of a model that is served over HTTP by UM-Bridge, protocol 1.0: on this machine, in a
 * container, or behind the balancer of a cluster.
 *
 * A row of θ is cut into the model's input vectors, in their order; its output vectors, joined, are a row of
 * x. A row has failed where a number of x is not finite, where the server answers `InvalidInput`,
 * `InvalidOutput` or a kind of its own, where the time limit has passed, and where, tried again, the
 * connection still drops or the status is a bare 500, which is all that is seen of a model in Python that
 * throws. The run stops where the server is not there, or lacks the model, and when 20 rows have had no
 * answer and none has had one.
 *
 * Needs `--allow-net`. On a host with limits of its own they hold beside `timeout`: Node's `fetch` waits for
 * 300 s, Deno's for as long as it is told.
 *
 * @param url Where the server is: `http://localhost:4242`.
 * @param options Plain data.
 * @param call Aborts the first requests.
 * @returns The simulator, whose rows are waited for.
 * @throws {UnreachableError} If the server does not answer, speaks another version, lacks the model, or the
 * model cannot be evaluated.
 * @throws {TypeError} If an option is of the wrong type or unknown, or levels differ in width.
 * @throws {RangeError} If a number is out of range, or the model has no input or output.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, simulate, uniform } from "@likely/core";
 * import { umBridge } from "@likely/simulators";
 *
 * // A server that doubles, instead of one at http://localhost:4242.
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   switch (new URL(request.url).pathname) {
 *     case "/Info":
 *       return Response.json({ protocolVersion: 1.0, models: ["forward"] });
 *     case "/ModelInfo":
 *       return Response.json({ support: { Evaluate: true } });
 *     case "/InputSizes":
 *       return Response.json({ inputSizes: [1] });
 *     case "/OutputSizes":
 *       return Response.json({ outputSizes: [1] });
 *     default:
 *       return Response.json({ output: [[2 * (await request.json()).input[0][0]]] });
 *   }
 * });
 * const simulator = await umBridge(`http://localhost:${server.addr.port}`, { concurrency: 4 });
 * const prior = independent({ a: uniform(0, 1) });
 * const { theta, x } = await simulate(key(0), { prior, simulator }, 20, { chunkRows: 5 });
 * assertEquals(x.data, theta.data.map((a) => 2 * a));
 * ```
 */
export async function umBridge(
  url: string | URL,
  options: UmBridgeOptions = {},
  call: UmBridgeCall = {},
): Promise<AsyncSimulator> {
  checkUmBridge(options);
  const { levels = [{}], concurrency = 1, name } = options;
  const shared = { url, options, call, gate: new Gate(concurrency), models: new Map() };
  const opened: OpenLevel[] = [];
  for (const level of levels) opened.push(await openLevel(shared, level));
  const top = opened.at(-1)!;
  requireWidths(opened);
  return {
    name: name ?? nameOf(top),
    thetaDim: top.thetaDim,
    xDim: top.xDim,
    // A run makes as many calls, and all of them share the gate.
    concurrency,
    simulateAsync: top.simulateAsync,
    ...(options.levels && { levels: opened.map(toLevel) }),
  };
}

interface Shared {
  readonly url: string | URL;
  readonly options: UmBridgeOptions;
  readonly call: UmBridgeCall;
  readonly gate: Gate;
  /** Levels mostly share one. */
  readonly models: Map<string | undefined, Promise<UmBridgeModel>>;
}

interface OpenLevel extends AsyncLevel {
  readonly model: UmBridgeModel;
  readonly config: UmBridgeConfig;
  readonly thetaDim: number;
  readonly xDim: number;
}

async function openLevel(shared: Shared, level: UmBridgeLevel): Promise<OpenLevel> {
  const { url, options, call, gate, models } = shared;
  const { retries = 2, wait = 0.5, seed } = options;
  const patience = { retries, wait };
  const config = { ...options.config, ...level.config };
  const wanted = level.model ?? options.model;
  const open = () => umBridgeModel(url, wanted, { ...limitsOf(options), ...call });
  try {
    if (!models.has(wanted)) models.set(wanted, patiently(open, patience, call.signal));
    const model = await models.get(wanted)!;
    requireEvaluate(model);
    const inputSizes = await patiently(() => model.inputSizes(config, call), patience, call.signal);
    const outputSizes = await patiently(() => model.outputSizes(config, call), patience, call.signal);
    const [thetaDim, xDim] = [total(inputSizes), total(outputSizes)];
    requireSome(model, "inputs", thetaDim);
    requireSome(model, "outputs", xDim);
    const { cost, name = levelName(level) } = level;
    return {
      ...(name !== "" && { name }),
      ...(cost !== undefined && { cost }),
      model,
      config,
      thetaDim,
      xDim,
      simulateAsync: servedRows({
        model,
        config,
        seed,
        inputSizes,
        outputSizes,
        gate,
        patience,
        isThere: (signal) => isThere(url, wanted, { ...limitsOf(options), signal }),
      }),
    };
  } catch (error) {
    call.signal?.throwIfAborted();
    // Before the first row nothing is the row's fault.
    if (error instanceof UmBridgeError) throw new UnreachableError(error.message, { cause: error });
    throw error;
  }
}

function toLevel({ name, cost, simulateAsync }: OpenLevel): AsyncLevel {
  return { ...(name !== undefined && { name }), ...(cost !== undefined && { cost }), simulateAsync };
}

/** As opened before. */
async function isThere(...open: Parameters<typeof umBridgeModel>): Promise<boolean> {
  try {
    await umBridgeModel(...open);
    return true;
  } catch {
    return false;
  }
}

function limitsOf(
  { headers, timeout, maxBytes }: UmBridgeOptions,
): Pick<UmBridgeOptions, "headers" | "timeout" | "maxBytes"> {
  return {
    ...(headers && { headers }),
    ...(timeout !== undefined && { timeout }),
    ...(maxBytes !== undefined && { maxBytes }),
  };
}

function requireEvaluate({ name, url, info }: UmBridgeModel): void {
  if (info.support.evaluate) return;
  throw new UnreachableError(
    `Cannot simulate with model "${name}" of ${url} as it must support Evaluate: it does not`,
  );
}

function requireSome({ name, url }: UmBridgeModel, what: string, dim: number): void {
  if (dim > 0) return;
  throw new RangeError(
    `Cannot simulate with model "${name}" of ${url} as it must have ${what}: current number is 0`,
  );
}

function requireWidths(levels: readonly OpenLevel[]): void {
  const top = levels.at(-1)!;
  for (const [l, { thetaDim, xDim }] of levels.entries()) {
    if (thetaDim === top.thetaDim && xDim === top.xDim) continue;
    throw new TypeError(
      `Cannot simulate with levels of model "${top.model.name}" as all must have ${top.thetaDim} inputs and ` +
        `${top.xDim} outputs: level ${l} has ${thetaDim} and ${xDim}`,
    );
  }
}

/** With the config, as another config is another simulator. */
function nameOf({ model, config }: OpenLevel): string {
  return Object.keys(config).length === 0 ? model.name : `${model.name} ${JSON.stringify(config)}`;
}

function levelName({ model, config = {} }: UmBridgeLevel): string {
  const own = Object.keys(config).length === 0 ? [] : [JSON.stringify(config)];
  return [...(model === undefined ? [] : [model]), ...own].join(" ");
}
