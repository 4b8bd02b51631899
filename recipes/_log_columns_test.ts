import { assertEquals } from "@std/assert";
import { exponential, independent, normal, uniform } from "@likely/core";
import { logColumns } from "./_log_columns.ts";

Deno.test("scales, rates, and positive ranges of a decade or more are seen in logarithms", () => {
  const prior = independent({
    anywhere: normal(0, 1),
    rate: exponential(1),
    conductance: uniform(1e-4, 0.6),
    decade: uniform(2, 20),
    threshold: uniform(40, 90),
    fraction: uniform(0, 1),
    signed: uniform(-1, 100),
  });
  assertEquals(logColumns(prior.support), [null, 0, 0, 0, null, null, null]);
});
