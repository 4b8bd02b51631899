// The compiled module: which build, and instances that are used again.

import { UnsupportedError } from "@likely/core";
import { separate, unpack } from "./_packed.ts";
import { importSharedMemory, PAGE } from "./_shared_module.ts";

/** Which build: with fused multiply-add, or with nothing beyond SIMD. */
export type Build = "relaxed" | "plain";

/** What an instance with memory of its own is made from. */
export type Source = Build | WebAssembly.Module;

/** Whether it is to be compiled here. */
export function isBuild(source: Source): source is Build {
  return typeof source === "string";
}

/** An instance of the module with memory of its own. */
export interface Machine {
  /** What it was made from. */
  readonly module: WebAssembly.Module;
  /** Its linear memory. */
  readonly memory: WebAssembly.Memory;
  /** Runs the instructions in [from, to). */
  run(from: number, to: number): void;
}

/** `f32x4.relaxed_madd` in the smallest module that holds one. */
// deno-fmt-ignore
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0,
  65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
]);

let unpacked: Record<Build, Uint8Array<ArrayBuffer>> | undefined;
const modules = new Map<Build, Promise<WebAssembly.Module>>();
const sharedModules = new Map<string, WebAssembly.Module>();
const idle = new WeakMap<WebAssembly.Module, Machine[]>();
/** Instances kept for the next user, and the largest memory worth keeping. */
const KEEP = 4;
const KEEP_BYTES = 2 ** 26;
const MOST_BYTES = 2 ** 31 - PAGE;

/** The best build that this host runs; of one that runs none, the smaller is said to be it. */
export function bestBuild(): Build {
  return typeof WebAssembly === "object" && WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "plain";
}

/**
 * Requires a compiled module of the kernels. By its tag and what it exports: one that was compiled
 * in another realm, as by an edge host or in a frame, is no instance of this realm's class.
 *
 * @throws {TypeError} If it is something else.
 */
export function requireModule(module: unknown): void {
  const tag = Object.prototype.toString.call(module);
  if (tag !== "[object WebAssembly.Module]") {
    const value = typeof module === "string" ? `"${module}"` : tag;
    refuseModule("a compiled WebAssembly.Module", value);
  }
  const names = WebAssembly.Module.exports(module as WebAssembly.Module).map(({ name }) => name);
  if (!names.includes("run") || !names.includes("memory")) {
    refuseModule("that of fusedModule()", `one that exports ${names.join(", ") || "nothing"}`);
  }
}

function refuseModule(rule: string, value: string): never {
  throw new TypeError(`Cannot make the fused engine as module must be ${rule}: current value is ${value}`);
}

/**
 * Lends an instance, a used one if there is one: a WebAssembly memory reserves gigabytes of
 * addresses until it is collected, so a thousand short-lived ones would be too many.
 */
export async function borrowMachine(source: Source): Promise<Machine> {
  const module = isBuild(source) ? await load(source) : source;
  const used = idle.get(module)?.pop();
  if (used) return used;
  const { exports } = await WebAssembly.instantiate(module);
  return { module, ...exports as unknown as Pick<Machine, "memory" | "run"> };
}

/**
 * Lends an instance with a shared memory of at least `bytes`, which cannot grow.
 *
 * @param code The module's bytes.
 * @throws {UnsupportedError} If that is more than 2 GiB.
 * @throws {RangeError} If the host has no room for it.
 */
export function borrowShared(build: Build, code: Uint8Array, bytes: number): Machine {
  requireRoom(bytes);
  const pages = 2 ** Math.ceil(Math.log2(bytes / PAGE));
  const name = `${build} ${pages}`;
  const module = sharedModules.get(name) ?? new WebAssembly.Module(importSharedMemory(code, pages));
  sharedModules.set(name, module);
  const used = idle.get(module)?.pop();
  if (used) return used;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { module, memory, run: exports.run as Machine["run"] };
}

/** Takes an instance back. */
export function returnMachine(machine: Machine): void {
  const machines = idle.get(machine.module) ?? [];
  idle.set(machine.module, machines);
  if (machines.length < KEEP && machine.memory.buffer.byteLength <= KEEP_BYTES) machines.push(machine);
}

/**
 * Makes the memory at least `bytes` large.
 *
 * @throws {UnsupportedError} If that is more than 2 GiB: another engine may have more room.
 */
export function reserve({ memory }: Machine, bytes: number): void {
  requireRoom(bytes);
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

function requireRoom(bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new UnsupportedError(`Cannot plan an arena as it must fit 2 GiB: current value is ${bytes} bytes`);
}

/** The module of a build as bytes, with memory of its own; not to be written to. */
export async function moduleBytes(build: Build): Promise<Uint8Array<ArrayBuffer>> {
  // Together they take little more room than one, as they differ little.
  const { builds, relaxedBytes } = await import("./_wasm.ts");
  if (!unpacked) {
    const [relaxed, plain] = separate(unpack(builds), relaxedBytes);
    unpacked = { relaxed, plain };
  }
  return unpacked[build];
}

function load(build: Build): Promise<WebAssembly.Module> {
  let module = modules.get(build);
  if (!module) modules.set(build, module = compile(build));
  return module;
}

async function compile(build: Build): Promise<WebAssembly.Module> {
  const bytes = await moduleBytes(build);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    // What is forbidden now, as while a request is answered, may be allowed later.
    modules.delete(build);
    throw new UnsupportedError(
      "Cannot run the fused engine as the host must let WebAssembly be compiled, or `module` be given: " +
        `${(cause as Error).message}; write fusedModule() to a .wasm file, have the host compile that, and ` +
        "pass fusedEngine({ module })",
    );
  }
}
