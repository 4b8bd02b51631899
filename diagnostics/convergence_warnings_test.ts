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
  assert(/run chains [23] times as long/.test(texts), texts);
  // A walk of tiny steps: no patience is enough.
  const walk = Float64Array.from({ length: 4000 }, (_, i) => Math.sin((i % 1000) / 900 + i / 4000));
  const slow = convergenceWarnings({ ...good, values: walk }).join("\n");
  assert(/chains would have to be \d+ times as long: look for/.test(slow), slow);
});

Deno.test("convergenceWarnings() counts divergences unless they have been reported", () => {
  const info = { ...good.info, divergences: 3 };
  assertEquals(convergenceWarnings({ ...good, info }).length, 1);
  assertEquals(convergenceWarnings({ ...good, info, warnings: ["3 of 9 transitions diverged"] }), []);
});

Deno.test("convergenceWarnings() reports draws that are not finite", () => {
  const values = good.values.slice();
  values[17] = NaN;
  assertEquals(convergenceWarnings({ ...good, values }), ["Draws are not finite for theta"]);
});

Deno.test("convergenceWarnings() says what it cannot judge, and what would allow it", () => {
  const still = convergenceWarnings({ ...good, values: new Float64Array(good.values.length).fill(0.1) });
  assertEquals(still.length, 1);
  assert(still[0]!.startsWith("Convergence cannot be judged for theta, which never moved"), still[0]);
  for (const length of [1, 2, 3]) {
    const short = convergenceWarnings({ ...good, length, values: good.values.slice(0, 4 * length) });
    assertEquals(short.length, 1);
    assert(short[0]!.startsWith(`Convergence cannot be judged from ${length} draw`), short[0]);
    assert(short[0]!.includes("need 4, and 100 effective ones"), short[0]);
  }
  assertEquals(convergenceWarnings({ ...good, length: 0, values: new Float64Array() }).length, 1);
  // One parameter of two.
  const values = Float64Array.from({ length: 8000 }, (_, k) => k % 2 === 0 ? good.values[k / 2]! : 7);
  const [only, ...others] = convergenceWarnings({ ...good, names: ["theta", "phi"], values });
  assert(only!.includes("for phi, which never moved") && others.length === 0, only);
});

Deno.test("convergenceWarnings() tells modes apart that lie close together far from 0", () => {
  const values = good.values.map((x, i) => 101325.385 + 0.001 * x + (i < 2000 ? 0 : 0.02));
  const [first] = convergenceWarnings({ ...good, values });
  assert(/near theta = 101325\.38\d*; chain 3, 4 near theta = 101325\.40\d*/.test(first!), first);
});
