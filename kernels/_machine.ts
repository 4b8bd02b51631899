// Instances of the compiled module, which are used again.

import { UnsupportedError } from "@likely/core";

/** An instance of the module. */
export interface Machine {
  /** What it was made from. */
  readonly module: WebAssembly.Module;
  /** Its linear memory. */
  readonly memory: WebAssembly.Memory;
  /** Runs the instructions in [from, to). */
  run(from: number, to: number): void;
}

const idle = new WeakMap<WebAssembly.Module, Machine[]>();
/** Bytes of a page of WebAssembly. */
export const PAGE = 65536;
/** Instances kept for the next user, and the largest memory worth keeping. */
const KEEP = 4;
const KEEP_BYTES = 2 ** 26;
const MOST_BYTES = 2 ** 31 - PAGE;

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
 * Lends an instance with memory of its own, a used one if there is one: a WebAssembly memory reserves
 * gigabytes of addresses until it is collected, so a thousand short-lived ones would be too many.
 */
export async function borrowInstance(module: WebAssembly.Module): Promise<Machine> {
  const used = usedMachine(module);
  if (used) return used;
  const { exports } = await WebAssembly.instantiate(module);
  return { module, ...exports as unknown as Pick<Machine, "memory" | "run"> };
}

/** One that was returned. */
export function usedMachine(module: WebAssembly.Module): Machine | undefined {
  return idle.get(module)?.pop();
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

/**
 * Requires a memory of so many bytes to be possible.
 *
 * @throws {UnsupportedError} If they are more than 2 GiB.
 */
export function requireRoom(bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new UnsupportedError(`Cannot plan an arena as it must fit 2 GiB: current value is ${bytes} bytes`);
}
