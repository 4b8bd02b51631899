import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { independent } from "./independent.ts";
import { key } from "./key.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import { fromRows } from "./points.ts";
import { simulate } from "./simulate.ts";
import { simulator } from "./simulator.ts";
import { uniform } from "./uniform.ts";

const prior = independent({ amplitude: uniform(0, 2), decay: uniform(0.1, 3) });
const theta = fromRows([[1, 2], [0.5, 3]]);

Deno.test("parameters come by name, in order, and as an object of one's own", () => {
  const seen: unknown[] = [];
  const { simulate } = simulator({
    name: "seen",
    prior,
    xDim: 1,
    simulate: (_random, theta) => {
      const { amplitude, decay } = theta;
      const [first, second] = theta;
      seen.push([amplitude, decay], [first, second], { ...theta });
      return [decay];
    },
  });
  assertEquals(simulate(key(0), fromRows([[1, 2]])), fromRows([[2]]));
  assertEquals(seen, [[1, 2], [1, 2], { amplitude: 1, decay: 2 }]);
});

Deno.test("rows by name are those by place, with names of x in the order of the first row", () => {
  const byPlace = simulator({
    name: "s",
    thetaDim: 2,
    xDim: 2,
    simulate: (random, [a, d]) => [a! + random.uniform(), d!],
  });
  let isTurned = false;
  const byName = simulator({
    name: "s",
    prior,
    simulate: (random, { amplitude, decay }) => {
      const level = amplitude + random.uniform();
      isTurned = !isTurned;
      return isTurned ? { level, decay } : { decay, level };
    },
  });
  assertEquals(byName.xNames, ["level", "decay"]);
  assertEquals(byName.simulate(key(3), theta), byPlace.simulate(key(3), theta));
});

Deno.test("no row is simulated before its width is asked for, and failed ones do not tell it", () => {
  let calls = 0;
  const lazy = simulator({
    name: "lazy",
    prior,
    simulate: () => {
      calls++;
      if (calls === 1) throw new Error("out of range");
      return calls === 2 ? [NaN] : [1, 2, 3];
    },
  });
  assertEquals(calls, 0);
  assertEquals([lazy.thetaDim, lazy.xDim, lazy.xNames, calls], [2, 3, undefined, 3]);
});

Deno.test("a simulator that always fails tells the first reason where its width is asked for", () => {
  const { name } = simulator({ name: "bad", prior, xDim: 1, simulate: () => [0] });
  assertEquals(name, "bad");
  const bad = simulator({
    name: "bad",
    prior,
    simulate: () => {
      throw new Error("no such table");
    },
  });
  assertThrows(() => bad.xDim, TypeError, "all 20 tries failed, the first as no such table");
});

Deno.test("rows that lack a name, or have too many, are refused as those of a wrong width", async () => {
  const flaky = simulator({
    name: "flaky",
    prior,
    simulate: (_random, { decay }): Record<string, number> => decay > 1.5 ? { a: 1 } : { a: 1, b: 2 },
    xNames: ["a", "b"],
  });
  await assertRejects(
    () => simulate(key(0), { prior, simulator: flaky }, 40),
    TypeError,
    "a row must hold a, b: current row has a",
  );
});

Deno.test("likelihood and score are given parameters by name, the score may answer so", () => {
  const { logLikelihood, score } = simulator({
    name: "normal",
    prior: multivariateNormal(["mu", "nu"], [0, 0], [[1, 0], [0, 1]]),
    xDim: 1,
    simulate: (_random, { mu }) => [mu],
    logLikelihood: ({ mu, nu }, x) => x[0]! - mu * nu,
    score: ({ mu, nu }) => ({ nu: -mu, mu: -nu }),
  });
  const x = fromRows([[5], [5]]);
  assertEquals([...logLikelihood!(theta, x)], [3, 3.5]);
  assertEquals(score!(theta, x), fromRows([[-2, -1], [-3, -0.5]]));
});

Deno.test("rows that are waited for need their width or names", async () => {
  const late = simulator({
    name: "late",
    prior,
    xNames: ["twice"],
    simulate: async (_random, { decay }) => ({ twice: await Promise.resolve(2 * decay) }),
  });
  assertEquals([late.xDim, late.xNames], [1, ["twice"]]);
  assertEquals((await late.simulateAsync(key(0), theta)).x, fromRows([[4], [6]]));
  assertThrows(
    () => simulator({ name: "late", prior, simulate: async (_random, { decay }) => await [decay] }),
    TypeError,
    'Cannot build simulator "late" as xDim or xNames must be given where rows are waited for',
  );
});

Deno.test("as many names of x as numbers", () => {
  assertThrows(
    () => simulator({ name: "s", thetaDim: 1, xDim: 2, xNames: ["a"], simulate: () => [1, 2] }),
    TypeError,
    'Cannot build simulator "s" as xNames must have length 2: current length is 1',
  );
});
