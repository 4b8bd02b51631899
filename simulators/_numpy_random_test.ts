import { assertAlmostEquals, assertEquals } from "@std/assert";
import golden from "../tests/golden/benchmark.json" with { type: "json" };
import { numpyRandom } from "./_numpy_random.ts";

Deno.test("numpyRandom() draws what NumPy draws from the same seed", () => {
  const { normals, later, permutation } = golden.generator;
  const random = numpyRandom(42);
  for (const expected of normals) assertAlmostEquals(random.normal(), expected, 1e-15);
  // Past the first 624 words, and on to the second of a pair.
  for (let i = normals.length; i < 1001; i++) random.normal();
  assertAlmostEquals(random.normal(), later, 1e-15);
  assertEquals([...random.permutation(10)], permutation);
});
