import { assert, assertEquals } from "@std/assert";
import { drawNormal, key, stream } from "@likely/core";
import { CASES, toDraws } from "../tests/golden/arviz_diagnostics.ts";
import { convergenceWarnings } from "./convergence_warnings.ts";

const random = stream(key(2));
const good = toDraws(Array.from({ length: 4000 }, () => drawNormal(random)), 4);

Deno.test("convergenceWarnings() finds nothing wrong with independent draws", () => {
  assertEquals(convergenceWarnings(good), []);
});

Deno.test("convergenceWarnings() names the parameter and its R-hat", () => {
  const { draws } = CASES.find(({ name }) => name === "bad mixing")!;
  const [first] = convergenceWarnings(draws);
  assertEquals(first, "Chains disagree, R-hat is above 1.01 for theta (1.968): run them longer");
});

Deno.test("convergenceWarnings() asks for 100 effective draws a chain", () => {
  const few = { ...good, chains: 4, length: 50, values: good.values.slice(0, 200) };
  const texts = convergenceWarnings(few).join("\n");
  assert(texts.includes("bulk ESS is below 400 for theta"), texts);
  assert(texts.includes("tail ESS is below 400 for theta"), texts);
});

Deno.test("convergenceWarnings() counts divergences unless they have been reported", () => {
  const info = { ...good.info, divergences: 3 };
  assertEquals(convergenceWarnings({ ...good, info }).length, 1);
  assertEquals(convergenceWarnings({ ...good, info, warnings: ["3 of 9 transitions diverged"] }), []);
});

Deno.test("convergenceWarnings() reports draws that are not finite and constants are no trouble", () => {
  const values = good.values.slice();
  values[17] = NaN;
  assertEquals(convergenceWarnings({ ...good, values }), ["Draws are not finite for theta"]);
  assertEquals(convergenceWarnings({ ...good, values: values.fill(1) }), []);
});
