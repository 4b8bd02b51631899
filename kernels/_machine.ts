// The compiled module: which build, and instances that are used again.

import { UnsupportedError } from "@likely/core";
import { decodeBase64 } from "./_base64.ts";

/** Which build: with fused multiply-add, or with nothing beyond SIMD. */
export type Build = "relaxed" | "plain";

/** An instance of the module with memory of its own. */
export interface Machine {
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

const modules = new Map<Build, Promise<WebAssembly.Module>>();
const idle = new Map<Build, Machine[]>();
/** Instances kept for the next user, and the largest memory worth keeping. */
const KEEP = 4;
const KEEP_BYTES = 2 ** 26;
const PAGE = 2 ** 16;
const MOST_BYTES = 2 ** 31 - PAGE;

/** The best build that this host runs. */
export function bestBuild(): Build {
  return WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "plain";
}

/**
 * Lends an instance, a used one if there is one: a WebAssembly memory reserves gigabytes of
 * addresses until it is collected, so a thousand short-lived ones would be too many.
 */
export async function borrowMachine(build: Build): Promise<Machine> {
  const used = idle.get(build)?.pop();
  if (used) return used;
  const { exports } = await WebAssembly.instantiate(await load(build));
  return exports as unknown as Machine;
}

/** Takes an instance back. */
export function returnMachine(build: Build, machine: Machine): void {
  const machines = idle.get(build) ?? [];
  idle.set(build, machines);
  if (machines.length < KEEP && machine.memory.buffer.byteLength <= KEEP_BYTES) machines.push(machine);
}

/**
 * Borrows an instance for what `make` builds on it; if that throws, takes it back.
 */
export async function onMachine<T>(build: Build, make: (machine: Machine) => T): Promise<T> {
  const machine = await borrowMachine(build);
  try {
    return make(machine);
  } catch (error) {
    returnMachine(build, machine);
    throw error;
  }
}

/**
 * Makes the memory at least `bytes` large.
 *
 * @throws {UnsupportedError} If that is more than 2 GiB: another engine may have more room.
 */
export function reserve(machine: Machine, bytes: number): void {
  if (bytes > MOST_BYTES) {
    throw new UnsupportedError(`Cannot plan an arena as it must fit 2 GiB: current value is ${bytes} bytes`);
  }
  const missing = bytes - machine.memory.buffer.byteLength;
  if (missing > 0) machine.memory.grow(Math.ceil(missing / PAGE));
}

function load(build: Build): Promise<WebAssembly.Module> {
  let module = modules.get(build);
  if (!module) modules.set(build, module = compile(build));
  return module;
}

async function compile(build: Build): Promise<WebAssembly.Module> {
  // The literal paths let bundlers see both; only one is loaded.
  const { code } = build === "relaxed"
    ? await import("./_relaxed_wasm.ts")
    : await import("./_plain_wasm.ts");
  return await WebAssembly.compile(decodeBase64(code));
}
