// deno-lint-ignore-file no-console -- what it prints is what the test looks at
// A process of its own for `workers_test.ts`: trains on two threads, then ends as it was told.
// (Named as a test so that it is not published.)

import { key } from "@likely/core";
import { losses, noiseBatch, planOf, specs } from "./_cases_test.ts";
import { fusedEngine } from "./fused_engine.ts";

if (import.meta.main) {
  const [how] = Deno.args;
  const { Worker } = globalThis;
  if (how === "throws") {
    globalThis.Worker = class {
      constructor() {
        throw new Error("forbidden");
      }
    } as unknown as typeof Worker;
  }
  if (how === "fails") {
    globalThis.Worker = class extends Worker {
      constructor() {
        super("data:text/javascript,throw new Error('forbidden')", { type: "module" });
      }
    } as unknown as typeof Worker;
  }
  if (how === "unshared") Reflect.deleteProperty(globalThis, "SharedArrayBuffer");

  const spec = specs["resnet silu"]!;
  const batch = noiseBatch(key(1), spec, 100, 2);
  // Not disposed of, on purpose.
  const step = await fusedEngine({ workers: 2, simd: "plain" }).trainStep(planOf(key(0), spec, losses.bce!));
  for (const end = performance.now() + 100; performance.now() < end;) step.step(batch, 1e-3);
  console.log(step.name);
  while (how === "killed") step.step(batch, 1e-3);
}
