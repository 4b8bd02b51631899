import { assert, assertEquals, assertThrows } from "@std/assert";
import { key } from "@likely/core";
import vm from "node:vm";
import { artifactOf, normalRows, specs } from "./_cases_test.ts";
import { DENSITIES, densityArtifact } from "../tests/_density_specs.ts";
import { evaluationEngine } from "./evaluation_engine.ts";
import { fusedEngine } from "./fused_engine.ts";
import { fusedModule } from "./fused_module.ts";

const spec = specs["resnet silu"]!;
const artifact = artifactOf(key(3), spec);
const x = normalRows(key(4), 1, spec.xDim);

Deno.test("fusedEngine() runs a module of another realm", async () => {
  const bytes = await fusedModule();
  const module = vm.runInNewContext("new WebAssembly.Module(bytes)", { bytes });
  assertEquals(module instanceof WebAssembly.Module, false);
  using density = await fusedEngine({ module }).logDensity(artifact, x);
  using usual = await fusedEngine({ simd: "plain" }).logDensity(artifact, x);
  const theta = normalRows(key(5), 9, spec.thetaDim);
  assertEquals(density.name, "fused-module");
  assertEquals(density.evaluate(theta), usual.evaluate(theta));
});

Deno.test("fusedEngine() refuses a module that is none, or not the kernels", () => {
  const empty = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  const wrong: [unknown, string][] = [
    ["./likely.wasm", 'module must be a compiled WebAssembly.Module: current value is "./likely.wasm"'],
    [new Uint8Array(8), "a compiled WebAssembly.Module: current value is [object Uint8Array]"],
    [null, "a compiled WebAssembly.Module: current value is [object Null]"],
    [empty, "module must be that of fusedModule(): current value is one that exports nothing"],
  ];
  for (const [module, says] of wrong) {
    assertThrows(() => fusedEngine({ module: module as WebAssembly.Module }), TypeError, says);
  }
});

Deno.test("where compiling is forbidden the next engine is asked, and the error names the way out", async () => {
  // In a fresh realm: here the builds may be compiled already.
  const worker = new Worker(new URL("../tests/_forbidden_host.ts", import.meta.url), { type: "module" });
  const answer = await new Promise<string[]>((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.terminate();
  const [alone, inTurn, allowed] = answer;
  assert(alone!.startsWith("UnsupportedError: Cannot run the fused engine"), alone);
  assert(alone!.includes("disallowed by embedder; write fusedModule()"), alone);
  assertEquals(inTurn, "next");
  assert(allowed!.startsWith("fused"), allowed);
});

Deno.test("an engine that evaluates can be stopped between its parts, and asked again", async () => {
  let left = Infinity;
  const before = () => {
    if (left-- <= 0) throw new Error("too late");
  };
  const module = await WebAssembly.compile(await fusedModule());
  const density = DENSITIES["a flow of splines of two"]!;
  const flow = densityArtifact(density);
  using stopped = await evaluationEngine(module, { before }).density(flow);
  using usual = await evaluationEngine(module).density(flow);
  const seen = normalRows(key(6), 1, density.xDim);
  const theta = normalRows(key(7), 5000, density.thetaDim);
  left = 3;
  assertThrows(() => stopped.sample(key(8), 5000, seen), Error, "too late");
  left = 3;
  assertThrows(() => stopped.logDensity(theta, seen), Error, "too late");
  left = Infinity;
  assertEquals(stopped.sample(key(8), 5000, seen), usual.sample(key(8), 5000, seen));
  assertEquals(stopped.logDensity(theta, seen), usual.logDensity(theta, seen));
});
