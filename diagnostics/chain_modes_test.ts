import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, type Draws, foldIn, key, stream } from "@likely/core";
import { chainModes } from "./chain_modes.ts";
import { convergenceWarnings } from "./convergence_warnings.ts";

const LENGTH = 400;

/** Stationary chains around the given means, each draw the last one but for `1 − memory`. */
function chainsAt(seed: number, means: readonly (readonly number[])[], memory: number = 0.5): Draws {
  const dim = means[0]!.length;
  const values = new Float64Array(means.length * LENGTH * dim);
  means.forEach((mean, c) => {
    const random = stream(foldIn(key(seed), c));
    const state = mean.map(() => drawNormal(random));
    for (let t = 0; t < LENGTH; t++) {
      state.forEach((z, j) => {
        state[j] = memory * z + Math.sqrt(1 - memory ** 2) * drawNormal(random);
        values[(c * LENGTH + t) * dim + j] = mean[j]! + state[j]!;
      });
    }
  });
  const names = Array.from({ length: dim }, (_, j) => `p${j}`);
  return {
    names,
    chains: means.length,
    length: LENGTH,
    values,
    info: { sampler: "none", evaluations: 0 },
    warnings: [],
  };
}

const groupsOf = (draws: Draws) => chainModes(draws).map(({ chains }) => chains);

Deno.test("chainModes() tells which chains sit together, and where", () => {
  const draws = chainsAt(1, [[0, 0], [0, 7], [0, 0], [0, -7]]);
  assertEquals(groupsOf(draws), [[0, 2], [1], [3]]);
  assertAlmostEquals(chainModes(draws)[1]!.mean[1]!, 7, 0.5);
});

Deno.test("chainModes() joins chains by way of those between them", () => {
  assertEquals(groupsOf(chainsAt(2, [[0], [4], [2]])), [[0, 1, 2]]);
});

Deno.test("chainModes() takes slow chains of one mode for one group", () => {
  let alarms = 0;
  for (let seed = 0; seed < 200; seed++) {
    // From an effective draw every eight to one in a whole chain.
    const memory = [0.8, 0.95, 0.99, 0.995, 0.999][seed % 5]!;
    if (chainModes(chainsAt(100 + seed, [[0], [0], [0], [0]], memory)).length > 1) alarms++;
  }
  // Chains that never get anywhere look settled now and then; R-hat speaks either way.
  assert(alarms <= 4, `${alarms} of 200`);
});

Deno.test("chainModes() says nothing about chains that drift, jump or stand still", () => {
  const apart = chainsAt(3, [[0], [9]]);
  const changed = (change: (value: number, i: number) => number) =>
    groupsOf({ ...apart, values: apart.values.map(change) }).length;
  assertEquals(changed((value) => value), 2);
  assertEquals(changed((value, i) => value + 5 * i / LENGTH), 1);
  assertEquals(changed((value, i) => i < LENGTH / 2 ? value + 9 : value), 1);
  assertEquals(changed((value, i) => i < LENGTH ? value : 9), 1);
});

Deno.test("convergenceWarnings() names the modes that chains stay in", () => {
  const [first] = convergenceWarnings(chainsAt(4, [[0, 0], [0, 9], [0, 0], [0, 9]]));
  assert(first!.startsWith("Chains disagree, R-hat is above 1.01 for p1 ("), first);
  assert(
    /different modes \(chain 1, 3 near p0 = \S+, p1 = \S+; chain 2, 4 near p0 = \S+, p1 = [89]\.\d+\)/.test(
      first!,
    ),
    first,
  );
  assert(first!.endsWith('use SMC (sampler: "smc") or parallel tempering'), first);
});
