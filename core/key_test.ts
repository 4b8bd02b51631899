import { assertEquals, assertThrows } from "@std/assert";
import golden from "../tests/golden/threefry.json" with { type: "json" };
import { bits, foldIn, type Key, key, split } from "./key.ts";

const words = ({ hi, lo }: Key) => [hi, lo];

for (const expected of golden.cases) {
  const source = key(BigInt(expected.seed));

  Deno.test(`keys of seed ${expected.seed} are JAX's, bit for bit`, () => {
    assertEquals(words(source), expected.key);
    assertEquals(split(source, 5).map(words), expected.split);
    for (const [index, child] of expected.foldIn) {
      assertEquals(words(foldIn(source, index as number)), child);
    }
    for (const [n, values] of Object.entries(expected.bits)) {
      assertEquals([...bits(source, Number(n))], values);
    }
    assertEquals(words(split(foldIn(source, 3), 3)[2]!), expected.grandchild);
  });
}

Deno.test("key() reads numbers and bigints alike", () => {
  for (const seed of [0, 7, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) assertEquals(key(seed), key(BigInt(seed)));
});

Deno.test("key() refuses seeds that are no 64-bit whole numbers", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53, -1n, 1n << 64n]) {
    assertThrows(() => key(seed), RangeError, "seed");
  }
});

Deno.test("split() refuses to make no key, bits() a negative number of words", () => {
  assertThrows(() => split(key(0), 0), RangeError, "n must be");
  assertThrows(() => bits(key(0), -1), RangeError, "n must be");
});

Deno.test("split(k, n)[i] equals foldIn(k, i), as documented", () => {
  assertEquals(split(key(9), 4), [0, 1, 2, 3].map((i) => foldIn(key(9), i)) as [Key, Key, Key, Key]);
});
