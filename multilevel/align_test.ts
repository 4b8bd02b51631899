import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, foldIn, key, type Points, points, stream } from "@likely/core";
import { alignLevels } from "./align.ts";
import type { LevelPairs, LevelRows } from "./level_pairs.ts";

/** The fine level is 3 + 2 z, the coarse one −1 + 0.5 (z + noise). */
function pairs(seed: number, n: number, few: number, link: (v: number) => number = (v) => v): LevelPairs {
  const random = stream(foldIn(key(9), seed));
  const rows = (size: number, coupled: boolean): LevelRows => {
    const z = Array.from({ length: size }, () => drawNormal(random));
    const coarse = z.map((v) => link(-1 + 0.5 * (v + 0.3 * drawNormal(random))));
    const fine = z.map((v) => link(3 + 2 * v));
    const of = (values: number[]): Points => points(Float64Array.from(values), 1);
    return coupled
      ? { theta: of(z), fine: of(fine), coarse: of(coarse), failed: 0 }
      : { theta: of(z), fine: of(coarse), failed: 0 };
  };
  return {
    simulator: "",
    prior: { kind: "independent", parameters: [] },
    levels: [rows(n, false), rows(few, true)],
    costs: [1, 10],
  };
}

function spreadOf({ data }: Points) {
  const mean = data.reduce((sum, v) => sum + v / data.length, 0);
  return [mean, Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2 / data.length, 0))] as const;
}

Deno.test("aligned levels have the mean and the deviation of the finest, estimated from all of them", () => {
  let [plain, helped] = [0, 0];
  for (let seed = 0; seed < 40; seed++) {
    const given = pairs(seed, 4000, 20);
    const { levels: [cheap, top] } = alignLevels(given);
    assertEquals(top!.fine, given.levels[1]!.fine);
    const [mean, sd] = spreadOf(cheap!.fine);
    const [ofFew] = spreadOf(top!.fine);
    plain += (ofFew - 3) ** 2 / 40;
    helped += (mean - 3) ** 2 / 40;
    assert(sd > 1 && sd < 4, `${sd}`);
  }
  // 20 runs know the mean to 4 / 20; what the coarse ones leave of that is the share of their own noise.
  assert(plain > 0.1 && helped < plain / 3, `${plain}, ${helped}`);
});

Deno.test("fine and coarse rows of a level have the same map", () => {
  const given = pairs(1, 100, 30);
  const { levels: [cheap, top] } = alignLevels(given);
  const slope = (a: Points, b: Points) => (b.data[1]! - b.data[0]!) / (a.data[1]! - a.data[0]!);
  const first = slope(given.levels[0]!.fine, cheap!.fine);
  assertAlmostEquals(slope(given.levels[1]!.coarse!, top!.coarse!), first, 1e-9);
  const at = (a: Points, b: Points) => b.data[0]! - first * a.data[0]!;
  assertAlmostEquals(
    at(given.levels[1]!.coarse!, top!.coarse!),
    at(given.levels[0]!.fine, cheap!.fine),
    1e-9,
  );
});

Deno.test("positive columns are mapped in logarithms, and stay positive", () => {
  const { levels: [cheap] } = alignLevels(pairs(2, 2000, 200, Math.exp), { log: [0] });
  assert(cheap!.fine.data.every((value) => value > 0));
  const [mean, sd] = spreadOf({ ...cheap!.fine, data: cheap!.fine.data.map(Math.log) });
  assertAlmostEquals(mean, 3, 4 * 2 / Math.sqrt(200));
  assertAlmostEquals(sd, 2, 4 * 2 / Math.sqrt(400));
});
