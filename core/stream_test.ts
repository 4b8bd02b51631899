import { assert, assertEquals } from "@std/assert";
import { key, split, threefry } from "./key.ts";
import { stream } from "./stream.ts";

Deno.test("uniform() number j is made of the 53 upper bits of counter block j", () => {
  const source = { hi: 3, lo: 5 };
  const random = stream(source);
  const block = new Uint32Array(2);
  for (let j = 0; j < 4; j++) {
    threefry(source.hi, source.lo, 0, j, block);
    const upper = (BigInt(block[0]! >>> 5) << 26n) | BigInt(block[1]! >>> 6);
    assertEquals(random.uniform(), Number(upper) / 2 ** 53);
  }
});

Deno.test("two streams of one key agree, of two keys do not", () => {
  const [a, b] = split(key(1), 2);
  const draw = (source: typeof a) => {
    const random = stream(source);
    return Array.from({ length: 5 }, () => random.uniform());
  };
  assertEquals(draw(a), draw(a));
  assert(draw(a).every((u, i) => u !== draw(b)[i]));
});

Deno.test("uniform() is uniform in both halves of its bits", () => {
  const n = 20000;
  const random = stream(key(2));
  const coarse = new Uint32Array(16);
  const fine = new Uint32Array(16);
  for (let i = 0; i < n; i++) {
    const u = random.uniform();
    assert(u >= 0 && u < 1);
    coarse[Math.floor(u * 16)]!++;
    // The 4 bits from the 31st to the 34th: below those of a 32-bit generator.
    fine[Math.floor(u * 2 ** 34) % 16]!++;
  }
  for (const counts of [coarse, fine]) {
    const chi2 = counts.reduce((sum, count) => sum + (count - n / 16) ** 2 / (n / 16), 0);
    // 15 degrees of freedom: mean 15, standard error √30; within 4.
    assert(Math.abs(chi2 - 15) < 4 * Math.sqrt(30), `chi-square ${chi2}`);
  }
});
