// Who trains, and why: WebGPU is a choice where there is a GPU, and what is taken unasked is WebAssembly.

import { gpuAdapter } from "@likely/core/gpu-adapter";
import { byId } from "./_by_id.ts";

const WHY =
  "On WebAssembly a step of so small a network takes about a third of a millisecond. On a GPU it would be " +
  "2,700 operations, each started by itself, which takes longer than all of the computing.";

/** Looks for a GPU; a software one is offered to who asks for it in the address. */
export async function offerEngines(): Promise<void> {
  const isWanted = new URLSearchParams(location.search).get("engine") === "webgpu";
  const found = await gpuAdapter().catch(() => undefined);
  const engine = byId<HTMLSelectElement>("engine");
  const isOffered = found !== undefined && (isWanted || !found.software);
  engine.options[1]!.disabled = !isOffered;
  if (isWanted && isOffered) engine.value = "webgpu";
  byId("about-engine").textContent = `${WHY} ${
    found === undefined
      ? "WebGPU finds no GPU here."
      : found.software
      ? `WebGPU finds a software one here, ${found.name}, which is slower still.`
      : `WebGPU finds ${found.name}; to choose it loads 0.4 MB more.`
  }`;
}
