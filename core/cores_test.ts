import { assertEquals } from "@std/assert";
import { cores } from "./cores.ts";

Deno.test("cores() needs no navigator, and counts one where nothing is told", () => {
  const { navigator, process } = globalThis as { navigator?: unknown; process?: unknown };
  const hide = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    hide("navigator", undefined);
    hide("process", { getBuiltinModule: () => ({ availableParallelism: () => 3 }) });
    assertEquals(cores(), 3);
    hide("process", undefined);
    assertEquals(cores(), 1);
    hide("navigator", { hardwareConcurrency: 6 });
    assertEquals(cores(), 6);
  } finally {
    hide("navigator", navigator);
    hide("process", process);
  }
});
