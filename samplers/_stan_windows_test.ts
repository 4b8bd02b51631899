import { assertEquals } from "@std/assert";
import { stanWindows } from "./_stan_windows.ts";

const ends = (warmup: number) => {
  const { endsWindow } = stanWindows(warmup);
  return Array.from({ length: warmup }, (_, t) => t).filter(endsWindow).map((t) => t + 1);
};

Deno.test("the warm-up has Stan's windows", () => {
  assertEquals(ends(1000), [100, 150, 250, 450, 950]);
  assertEquals(ends(500), [100, 150, 250, 450]);
  assertEquals(ends(100), [90]);
  assertEquals(ends(19), []);
  assertEquals([74, 75, 949, 950].map(stanWindows(1000).gathers), [false, true, true, false]);
});
