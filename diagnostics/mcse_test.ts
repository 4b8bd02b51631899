import { assertAlmostEquals } from "@std/assert";
import { CASES } from "../tests/golden/arviz_diagnostics.ts";
import { mcse } from "./mcse.ts";

for (const { name, draws, mcse: expected } of CASES) {
  Deno.test(`mcse() agrees with ArviZ on "${name}"`, () => {
    assertAlmostEquals(mcse(draws)[0]!, expected, 1e-10);
  });
}
