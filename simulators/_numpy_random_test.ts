import { assertAlmostEquals, assertEquals } from "@std/assert";
import { numpyRandom } from "./_numpy_random.ts";

// numpy.random.RandomState(42): normal(size=4); after 1,001 in all, normal() and permutation(10).
const NORMALS = [0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254];
const LATER = 0.9246336829127688;
const PERMUTED = [7, 2, 4, 3, 1, 6, 0, 9, 8, 5];

Deno.test("numpyRandom() draws what NumPy draws from the same seed", () => {
  const random = numpyRandom(42);
  for (const expected of NORMALS) assertAlmostEquals(random.normal(), expected, 1e-15);
  for (let i = 4; i < 1001; i++) random.normal();
  assertAlmostEquals(random.normal(), LATER, 1e-15);
  assertEquals([...random.permutation(10)], PERMUTED);
});
