/**
 * The kernels as a file, for hosts that forbid compiling WebAssembly from bytes.
 *
 * @module
 */

import { bestBuild, moduleBytes } from "./_builds.ts";

/** What {@linkcode fusedModule} can be told. */
export interface FusedModuleOptions {
  /**
   * Which build: with the fused multiply-add of relaxed SIMD, with plain SIMD, or whatever is
   * fastest here, which need not be where the file will run.
   *
   * @default {"plain"}
   */
  readonly simd?: "auto" | "relaxed" | "plain";
}

/**
 * Returns the bytes of the fused engine's WebAssembly module: 27 KB, no imports.
 *
 * Edge workers refuse `WebAssembly.compile` but let a bundler import a `.wasm` file as a
 * compiled module. Write the file once,
 *
 * ```ts ignore
 * await Deno.writeFile("likely.wasm", await fusedModule());
 * ```
 *
 * and give what the bundler makes of it to the engine:
 *
 * ```ts ignore
 * import module from "./likely.wasm";
 * const engine = fusedEngine({ module });
 * ```
 *
 * @param options Which build.
 * @returns The bytes, owned by the caller.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fusedEngine, fusedModule } from "@likely/kernels";
 *
 * const module = await WebAssembly.compile(await fusedModule());
 * assertEquals(fusedEngine({ module }).name, "fused-module");
 * ```
 */
export async function fusedModule(options: FusedModuleOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { simd = "plain" } = options;
  return (await moduleBytes(simd === "auto" ? bestBuild() : simd)).slice();
}
