// Chooses the backend by a probe that computes and reads back.

import * as tfjs from "@tensorflow/tfjs";
import { repairWasm } from "./_tensor_wasm.ts";
import { gpuAdapter } from "./gpu_adapter.ts";

/** Where tensors are computed. */
export type BackendName = "webgpu" | "wasm" | "cpu";

/** A backend, the best there is, or the first of some that works. */
export type BackendPreference = "auto" | BackendName | readonly BackendName[];

/** The backend in use. */
export interface BackendReport {
  /** Where tensors are computed. */
  readonly name: BackendName;
  /** Whether the program is the SIMD one; false where the question does not arise. */
  readonly simd: boolean;
  /** The GPU, as its driver names it; only on `"webgpu"`. */
  readonly adapter?: string;
  /** Whether that GPU is software; only on `"webgpu"`. */
  readonly software?: boolean;
}

/** Options of {@linkcode useBackend}. */
export interface UseBackendOptions {
  /**
   * URL of the folder with the `tfjs-backend-wasm*.wasm` files, ending in `/`. A browser page
   * needs it, as a bundle does not carry them.
   *
   * @default {undefined} Beside the npm package, found by itself in Deno.
   */
  readonly wasmFolder?: string;
}

const ORDER: readonly BackendName[] = ["webgpu", "wasm", "cpu"];

const REMEDY: Readonly<Record<BackendName, string>> = {
  webgpu: "ask for another backend, or install a GPU driver (Mesa's Vulkan driver is a software one)",
  wasm: "allow reading its .wasm file (--allow-read), or say where it is (wasmFolder)",
  cpu: "report this",
};

const VARIANTS = ["", "-simd", "-threaded-simd"];

const started = new Set<BackendName>(["cpu"]);

// Calls wait for each other: the engine is one for the whole process.
let latest: Promise<BackendReport | undefined> = Promise.resolve(undefined);

/**
 * Chooses the backend that computes all tensors of this process, and makes it ready.
 *
 * `"auto"` takes the first that works of WebGPU on a real GPU, WASM, plain JavaScript, and a list
 * the first that works of it; once a backend is in use it stays, whatever the number of such calls. A backend asked for by name is used
 * or refused, never replaced: WebGPU then also runs on a software GPU, and a backend in use is
 * left for the new one. Tensors of the old one do not survive that move in general, so switch
 * before making any.
 *
 * WASM reads its program from the npm package: `--allow-read` in Deno, `wasmFolder` in a browser.
 * Without, its loader complains on the console and `"auto"` falls to the far slower `"cpu"`.
 * On WebGPU even small operations run on the GPU (`WEBGPU_CPU_FORWARD` is off), so that results
 * do not depend on where a tensor happens to be, and results can only be read with
 * `await tensor.data()`. Call this before any operation.
 *
 * @param prefer The backend to use.
 * @param options Where its files are.
 * @returns What is in use.
 * @throws {RangeError} If `prefer` is none of the four names.
 * @throws {Error} If the backend asked for does not work here; the one in use stays in use.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tf, useBackend } from "@likely/core/tensor";
 *
 * const { name } = await useBackend("cpu");
 * assertEquals(name, "cpu");
 * assertEquals(tf.getBackend(), "cpu");
 * ```
 */
export function useBackend(
  prefer: BackendPreference = "auto",
  options: UseBackendOptions = {},
): Promise<BackendReport> {
  const order = typeof prefer !== "string" ? prefer : prefer === "auto" ? ORDER : [prefer];
  if (order.length === 0 || !order.every((name) => ORDER.includes(name))) {
    return Promise.reject(
      new RangeError(
        `Cannot use a backend as it must be auto, webgpu, wasm or cpu: current value is ${prefer}`,
      ),
    );
  }
  const before = latest;
  const isNamed = typeof prefer === "string" && prefer !== "auto";
  const report = before.then((used) =>
    used && (!isNamed || prefer === used.name) ? used : choose(order, { used, isNamed, ...options })
  );
  latest = report.catch(() => before);
  return report;
}

/** How to choose. */
interface Choice extends UseBackendOptions {
  readonly used: BackendReport | undefined;
  /** One backend was asked for by its name. */
  readonly isNamed: boolean;
}

async function choose(order: readonly BackendName[], options: Choice): Promise<BackendReport> {
  const { used, isNamed } = options;
  let reason: unknown;
  for (const name of order) {
    try {
      return await start(name, !isNamed, options);
    } catch (error) {
      reason = error;
    }
  }
  await tfjs.setBackend(used?.name ?? "cpu");
  const name = order.at(-1)!;
  throw new Error(
    `Cannot use the ${name} backend as it must compute here: ${messageOf(reason)}; ${REMEDY[name]}`,
    { cause: reason },
  );
}

async function start(
  name: BackendName,
  realOnly: boolean,
  options: UseBackendOptions,
): Promise<BackendReport> {
  const report = await load(name, realOnly, options);
  if (!started.has(name)) await register(name);
  started.add(name);
  await tfjs.setBackend(name);
  await probe();
  return report;
}

// `setBackend` swallows the reason of a failure, so the backend is made here and handed over.
async function register(name: BackendName): Promise<void> {
  const backend = await tfjs.findBackendFactory(name)();
  tfjs.removeBackend(name);
  tfjs.registerBackend(name, () => backend);
}

async function load(
  name: BackendName,
  realOnly: boolean,
  options: UseBackendOptions,
): Promise<BackendReport> {
  switch (name) {
    case "webgpu":
      return await loadWebgpu(realOnly);
    case "wasm":
      return await loadWasm(options);
    case "cpu":
      return { name, simd: false };
    default:
      return name satisfies never;
  }
}

async function loadWebgpu(realOnly: boolean): Promise<BackendReport> {
  const adapter = await gpuAdapter();
  if (!adapter) throw new Error("there is no GPU adapter");
  const { name, software } = adapter;
  if (realOnly && software) throw new Error("the GPU adapter is a software one");
  await import("@tensorflow/tfjs-backend-webgpu");
  tfjs.env().set("WEBGPU_CPU_FORWARD", false);
  return { name: "webgpu", simd: false, adapter: name, software };
}

async function loadWasm({ wasmFolder }: UseBackendOptions): Promise<BackendReport> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  // The same flag decides which file is loaded, so it also tells which one it was.
  const simd = Boolean(await tfjs.env().getAsync("WASM_HAS_SIMD_SUPPORT"));
  const threads = Boolean(await tfjs.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"));
  if (wasmFolder !== undefined && !started.has("wasm")) {
    const url = await fetchProgram(wasmFolder, `${simd && threads ? "-threaded" : ""}${simd ? "-simd" : ""}`);
    setWasmPaths(Object.fromEntries(VARIANTS.map((variant) => [fileOf(variant), url])), true);
  }
  repairWasm();
  return { name: "wasm", simd };
}

// Fetched here, as tfjs waits for ever when its own fetch fails.
async function fetchProgram(folder: string, variant: string): Promise<string> {
  const response = await fetch(`${folder}${fileOf(variant)}`);
  if (!response.ok) throw new Error(`${folder}${fileOf(variant)} answers ${response.status}`);
  return URL.createObjectURL(await response.blob());
}

function fileOf(variant: string): string {
  return `tfjs-backend-wasm${variant}.wasm`;
}

async function probe(): Promise<void> {
  const product = tfjs.tidy(() => tfjs.matMul(tfjs.ones([8, 64]), tfjs.ones([64, 8])));
  try {
    const [value] = await product.data();
    if (value !== 64) throw new Error(`a matrix product gave ${value} in place of 64`);
  } finally {
    product.dispose();
  }
}

function messageOf(reason: unknown): string {
  return String((reason as { message?: unknown } | undefined)?.message ?? reason);
}
