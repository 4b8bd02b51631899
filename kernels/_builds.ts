// The builds of this package: which there are, their bytes, and instances of them.

import { UnsupportedError } from "@likely/core";
import { borrowInstance, type Machine, PAGE, requireRoom, usedMachine } from "./_machine.ts";
import { separate, unpack } from "./_packed.ts";
import { importSharedMemory } from "./_shared_module.ts";

/** Which build: with fused multiply-add, or with nothing beyond SIMD. */
export type Build = "relaxed" | "plain";

/** What an instance with memory of its own is made from. */
export type Source = Build | WebAssembly.Module;

/** Whether it is to be compiled here. */
export function isBuild(source: Source): source is Build {
  return typeof source === "string";
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

/** The best build that this host runs; of one that runs none, the smaller is said to be it. */
export function bestBuild(): Build {
  return typeof WebAssembly === "object" && WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "plain";
}

/** Lends an instance of a build, or of a module compiled elsewhere. */
export async function borrowMachine(source: Source): Promise<Machine> {
  return await borrowInstance(isBuild(source) ? await load(source) : source);
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
  const used = usedMachine(module);
  if (used) return used;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { module, memory, run: exports.run as Machine["run"] };
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
