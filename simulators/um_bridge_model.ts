/**
 * The client of one model that is served by UM-Bridge, protocol 1.0.
 *
 * @module
 */

import {
  ask,
  isRecord,
  malformed,
  serverOf,
  shown,
  type UmBridgeRequest,
  type UmBridgeServer,
} from "./_um_bridge_server.ts";
import { requireJson } from "./_require_json.ts";
import { UmBridgeError } from "./um_bridge_error.ts";

/** What goes to a model beside its inputs: plain data. */
export type UmBridgeConfig = Readonly<Record<string, unknown>>;

/** Options of {@linkcode umBridgeModel}. */
export interface UmBridgeModelOptions {
  /**
   * Sent with every request, such as `authorization`.
   *
   * @default {{}}
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Seconds until a request is given up, at most 2,147,483. What a server keeps waiting while others are
   * served is within it.
   *
   * @default {86400} A day.
   */
  readonly timeout?: number;
  /**
   * Bytes of an answer that are read at most.
   *
   * @default {67108864}
   */
  readonly maxBytes?: number;
  /**
   * Aborts the first two requests.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
}

/** What a request may be told. */
export interface UmBridgeCall {
  /** Aborts the request and its connection; a server may go on nevertheless. */
  readonly signal?: AbortSignal;
}

/** What a model can do. */
export interface UmBridgeSupport {
  /** {@linkcode UmBridgeModel.evaluate}. */
  readonly evaluate: boolean;
  /** {@linkcode UmBridgeModel.gradient}. */
  readonly gradient: boolean;
  /** {@linkcode UmBridgeModel.applyJacobian}. */
  readonly applyJacobian: boolean;
  /** {@linkcode UmBridgeModel.applyHessian}. */
  readonly applyHessian: boolean;
}

/** What a server says of itself and of a model. */
export interface UmBridgeInfo {
  /** Always 1. */
  readonly protocolVersion: number;
  /** The models that it has. */
  readonly models: readonly string[];
  /** What this one can do. */
  readonly support: UmBridgeSupport;
}

/** Which derivative is wanted: of the model F at `inputs`, from one of its vectors to another. */
export interface UmBridgeGradientQuery {
  /** Which output vector, from 0. */
  readonly outWrt: number;
  /** Which input vector, from 0. */
  readonly inWrt: number;
  /** Where: one vector for each input. */
  readonly inputs: readonly ArrayLike<number>[];
  /** `[outputSizes[outWrt]]`: how much what is wanted grows with each output. */
  readonly sens: ArrayLike<number>;
}

/** Which derivative is wanted, and along what. */
export interface UmBridgeJacobianQuery {
  /** Which output vector, from 0. */
  readonly outWrt: number;
  /** Which input vector, from 0. */
  readonly inWrt: number;
  /** Where: one vector for each input. */
  readonly inputs: readonly ArrayLike<number>[];
  /** `[inputSizes[inWrt]]`: the direction. */
  readonly vec: ArrayLike<number>;
}

/** Which second derivative is wanted, and along what. */
export interface UmBridgeHessianQuery {
  /** Which output vector, from 0. */
  readonly outWrt: number;
  /** Which input vector the first derivative is by, from 0. */
  readonly inWrt1: number;
  /** Which input vector the second derivative is by, from 0. */
  readonly inWrt2: number;
  /** Where: one vector for each input. */
  readonly inputs: readonly ArrayLike<number>[];
  /** `[outputSizes[outWrt]]`: how much what is wanted grows with each output. */
  readonly sens: ArrayLike<number>;
  /** `[inputSizes[inWrt2]]`: the direction. */
  readonly vec: ArrayLike<number>;
}

/** A model F from some vectors to some vectors, on a server. Every method throws a {@linkcode UmBridgeError}. */
export interface UmBridgeModel {
  /** Its name on the server. */
  readonly name: string;
  /** Where the server is. */
  readonly url: string;
  /** What the server says. */
  readonly info: UmBridgeInfo;
  /** The lengths of its input vectors. */
  inputSizes(config?: UmBridgeConfig, call?: UmBridgeCall): Promise<number[]>;
  /** The lengths of its output vectors. */
  outputSizes(config?: UmBridgeConfig, call?: UmBridgeCall): Promise<number[]>;
  /** F(inputs): one vector for each output; a number that is not finite may be among them. */
  evaluate(
    inputs: readonly ArrayLike<number>[],
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array[]>;
  /** sensᵀ J: `[inputSizes[inWrt]]`. */
  gradient(query: UmBridgeGradientQuery, config?: UmBridgeConfig, call?: UmBridgeCall): Promise<Float64Array>;
  /** J vec: `[outputSizes[outWrt]]`. */
  applyJacobian(
    query: UmBridgeJacobianQuery,
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array>;
  /** The derivative of sensᵀ J by input `inWrt2`, times vec: `[inputSizes[inWrt1]]`. */
  applyHessian(
    query: UmBridgeHessianQuery,
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array>;
}

/** The only one there is. */
const PROTOCOL = 1;
/** Numbers of all vectors together: no server has more to say, and no host room for it. */
const MOST_NUMBERS = 2 ** 24;

/**
 * Opens a model on a UM-Bridge server: asks what the server is, whether it has the model, and what the model
 * can do. What it cannot do is refused without a request.
 *
 * Numbers go out as Python's client writes them, whole ones with a decimal point, and come back with every
 * digit; `nan`, `inf`, `NaN`, `Infinity` and `null` in an answer are numbers that are not finite. Needs
 * `--allow-net`. Nothing is tried again here: `umBridge` does that.
 *
 * @param url Where the server is: `http://localhost:4242`.
 * @param name The model; undefined: the only one that the server has.
 * @param options Headers and limits.
 * @returns The model.
 * @throws {UmBridgeError} If the server does not answer, speaks another version or lacks the model.
 * @throws {UnreachableError} If the host forbids the request.
 * @throws {TypeError} If the URL is none.
 * @throws {RangeError} If a limit is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { umBridgeModel } from "@likely/simulators";
 *
 * // A server that doubles, instead of one at http://localhost:4242.
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
 *   switch (new URL(request.url).pathname) {
 *     case "/Info":
 *       return Response.json({ protocolVersion: 1.0, models: ["forward"] });
 *     case "/ModelInfo":
 *       return Response.json({ support: { Evaluate: true } });
 *     default:
 *       return Response.json({ output: [[2 * (await request.json()).input[0][0]]] });
 *   }
 * });
 * const model = await umBridgeModel(`http://localhost:${server.addr.port}`, "forward");
 * assertEquals(await model.evaluate([[21]]), [Float64Array.of(42)]);
 * ```
 */
export async function umBridgeModel(
  url: string | URL,
  name?: string,
  options: UmBridgeModelOptions = {},
): Promise<UmBridgeModel> {
  const server = serverOf(url, options);
  const { signal } = options;
  const models = await readInfo(server, signal);
  const known = nameOf(server, models, name);
  const support = await readSupport(server, known, signal);
  return new ServedModel(server, known, { protocolVersion: PROTOCOL, models, support });
}

async function readInfo(server: UmBridgeServer, signal: AbortSignal | undefined): Promise<string[]> {
  const request = { action: "open a model", path: "/Info", signal };
  const { protocolVersion, models } = await ask(server, request);
  if (protocolVersion !== PROTOCOL) {
    throw new UmBridgeError(
      `Cannot open a model as ${server.url} must speak version 1.0 of UM-Bridge's protocol: ` +
        `current version is ${shown(protocolVersion)}`,
      { type: "ProtocolVersion" },
    );
  }
  if (Array.isArray(models) && models.every((one) => typeof one === "string")) return models;
  throw malformed(server, request, 200, "must name models", `"models" is ${shown(models)}`);
}

function nameOf({ url }: UmBridgeServer, models: readonly string[], name: string | undefined): string {
  const found = name ?? (models.length === 1 ? models[0]! : undefined);
  if (found !== undefined && models.includes(found)) return found;
  const whose = found === undefined ? "one of several models" : `model ${shown(found)}`;
  const rule = found === undefined ? "it must be named" : `${url} must have it`;
  throw new UmBridgeError(
    `Cannot open ${whose} as ${rule}: current models are ${models.map(shown).join(", ") || "none"}`,
    { type: "ModelNotFound" },
  );
}

async function readSupport(
  server: UmBridgeServer,
  name: string,
  signal: AbortSignal | undefined,
): Promise<UmBridgeSupport> {
  const request = {
    action: `open model ${shown(name)}`,
    path: "/ModelInfo",
    body: JSON.stringify({ name }),
    signal,
  };
  const { support } = await ask(server, request);
  if (!isRecord(support)) {
    throw malformed(server, request, 200, "must say what is supported", `"support" is ${shown(support)}`);
  }
  return {
    evaluate: support.Evaluate === true,
    gradient: support.Gradient === true,
    applyJacobian: support.ApplyJacobian === true,
    applyHessian: support.ApplyHessian === true,
  };
}

/** Where it goes, and what the model must be able to do for it. */
interface Route {
  readonly doing: string;
  readonly path: string;
  readonly needs?: keyof UmBridgeSupport;
}

const ROUTES = {
  inputSizes: { doing: "ask for the input sizes of", path: "/InputSizes" },
  outputSizes: { doing: "ask for the output sizes of", path: "/OutputSizes" },
  evaluate: { doing: "evaluate", path: "/Evaluate", needs: "evaluate" },
  gradient: { doing: "take the gradient of", path: "/Gradient", needs: "gradient" },
  applyJacobian: { doing: "apply the Jacobian of", path: "/ApplyJacobian", needs: "applyJacobian" },
  applyHessian: { doing: "apply the Hessian of", path: "/ApplyHessian", needs: "applyHessian" },
} as const satisfies Record<string, Route>;

class ServedModel implements UmBridgeModel {
  readonly #server: UmBridgeServer;
  readonly name: string;
  readonly url: string;
  readonly info: UmBridgeInfo;

  constructor(server: UmBridgeServer, name: string, info: UmBridgeInfo) {
    this.#server = server;
    this.name = name;
    this.url = server.url;
    this.info = info;
  }

  inputSizes(config?: UmBridgeConfig, call?: UmBridgeCall): Promise<number[]> {
    return this.#sizes(ROUTES.inputSizes, "inputSizes", config, call);
  }

  outputSizes(config?: UmBridgeConfig, call?: UmBridgeCall): Promise<number[]> {
    return this.#sizes(ROUTES.outputSizes, "outputSizes", config, call);
  }

  async evaluate(
    inputs: readonly ArrayLike<number>[],
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array[]> {
    const request = this.#request(ROUTES.evaluate, `,"input":${vectorsText(inputs)}`, config, call);
    const { output } = await ask(this.#server, request);
    if (!Array.isArray(output)) throw this.#wrong(request, "output", "a list of lists of numbers", output);
    return output.map((vector, i) => this.#numbers(request, `output[${i}]`, vector));
  }

  gradient(
    { outWrt, inWrt, inputs, sens }: UmBridgeGradientQuery,
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array> {
    return this.#derivative(ROUTES.gradient, { outWrt, inWrt }, { inputs, sens }, config, call);
  }

  applyJacobian(
    { outWrt, inWrt, inputs, vec }: UmBridgeJacobianQuery,
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array> {
    return this.#derivative(ROUTES.applyJacobian, { outWrt, inWrt }, { inputs, vec }, config, call);
  }

  applyHessian(
    { outWrt, inWrt1, inWrt2, inputs, sens, vec }: UmBridgeHessianQuery,
    config?: UmBridgeConfig,
    call?: UmBridgeCall,
  ): Promise<Float64Array> {
    const vectors = { inputs, sens, vec };
    return this.#derivative(ROUTES.applyHessian, { outWrt, inWrt1, inWrt2 }, vectors, config, call);
  }

  async #sizes(
    route: Route,
    field: "inputSizes" | "outputSizes",
    config: UmBridgeConfig | undefined,
    call: UmBridgeCall | undefined,
  ): Promise<number[]> {
    const request = this.#request(route, "", config, call);
    const sizes = (await ask(this.#server, request))[field];
    if (!Array.isArray(sizes) || !sizes.every(isSize)) {
      throw this.#wrong(request, field, "a list of whole numbers", sizes);
    }
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total <= MOST_NUMBERS) return sizes;
    throw this.#wrong(request, field, `at most ${MOST_NUMBERS} together`, total);
  }

  async #derivative(
    route: Route,
    which: Readonly<Record<string, number>>,
    { inputs, ...vectors }: { inputs: readonly ArrayLike<number>[]; [name: string]: unknown },
    config: UmBridgeConfig | undefined,
    call: UmBridgeCall | undefined,
  ): Promise<Float64Array> {
    const given = [
      ...Object.entries(which).map(([name, index]) => `,"${name}":${JSON.stringify(index)}`),
      `,"input":${vectorsText(inputs)}`,
      ...Object.entries(vectors).map(([name, vector]) =>
        `,"${name}":${vectorText(name, vector as ArrayLike<number>)}`
      ),
    ];
    const request = this.#request(route, given.join(""), config, call);
    return this.#numbers(request, "output", (await ask(this.#server, request)).output);
  }

  #request(
    { doing, path, needs }: Route,
    given: string,
    config: UmBridgeConfig = {},
    { signal }: UmBridgeCall = {},
  ): UmBridgeRequest {
    const action = `${doing} model ${shown(this.name)}`;
    if (needs && !this.info.support[needs]) {
      throw new UmBridgeError(`Cannot ${action} as it must support ${path.slice(1)}: it does not`, {
        type: "UnsupportedFeature",
      });
    }
    requireJson(action, "config", config);
    const body = `{"name":${JSON.stringify(this.name)}${given},"config":${JSON.stringify(config)}}`;
    return { action, path, body, signal };
  }

  #numbers(request: UmBridgeRequest, name: string, vector: unknown): Float64Array {
    if (!Array.isArray(vector)) throw this.#wrong(request, name, "a list of numbers", vector);
    const numbers = new Float64Array(vector.length);
    for (const [k, value] of vector.entries()) {
      // nlohmann's JSON, as of servers in C++, writes null for what is not finite.
      if (typeof value !== "number" && value !== null) {
        throw this.#wrong(request, `${name}[${k}]`, "a number", value);
      }
      numbers[k] = value ?? NaN;
    }
    return numbers;
  }

  #wrong(request: UmBridgeRequest, field: string, what: string, value: unknown): UmBridgeError {
    const rule = `must have "${field}" be ${what}`;
    return malformed(this.#server, request, 200, rule, `current value is ${shown(value)}`);
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function vectorsText(inputs: readonly ArrayLike<number>[]): string {
  return `[${inputs.map((vector, i) => vectorText(`inputs[${i}]`, vector)).join()}]`;
}

function vectorText(name: string, vector: ArrayLike<number>): string {
  return `[${Array.from(vector, (value, k) => numberText(`${name}[${k}]`, value)).join()}]`;
}

/** With a decimal point: Python makes an integer of `1`, and its arithmetic is another. */
function numberText(name: string, value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot ask a model as ${name} must be a finite number: current value is ${value}`);
  }
  const text = Object.is(value, -0) ? "-0" : `${value}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}
