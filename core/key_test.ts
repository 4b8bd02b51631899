import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import golden from "../tests/golden/threefry.json" with { type: "json" };
import { bits, foldIn, type Key, key, split } from "./key.ts";
import { keyText } from "./key_text.ts";
import { stream } from "./stream.ts";

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

Deno.test("key() refuses what is no number", () => {
  for (const seed of ["1", null, undefined, {}, true, [1]]) {
    assertThrows(
      () => key(seed as unknown as number),
      TypeError,
      "Cannot make a key as seed must be a number",
    );
  }
});

Deno.test("what is no key is refused, and never taken for one", () => {
  const wrong = [1, 0, 1n, "1", null, undefined, {}, { hi: 0 }, { hi: 0, lo: 0.5 }, { hi: -1, lo: 0 }, [
    0,
    1,
  ]];
  for (const value of [...wrong, { hi: 0, lo: NaN }, { hi: 2 ** 32, lo: 0 }, { hi: "0", lo: "1" }, () => 1]) {
    const no = value as unknown as Key;
    for (
      const use of [
        () => split(no, 2),
        () => foldIn(no, 1),
        () => bits(no, 0),
        () => stream(no),
        () => keyText(no),
      ]
    ) {
      assertThrows(use, TypeError, "as a key must be what key(seed) makes: current value is ");
    }
  }
});

Deno.test("foldIn() refuses what is no 32-bit whole number, as JAX does", () => {
  for (const index of [0.5, NaN, -1, 2 ** 32, Infinity, "1", 1n, undefined]) {
    assertThrows(
      () => foldIn(key(0), index as number),
      RangeError,
      "index must be a whole number in [0, 4294967295]",
    );
  }
  assertNotEquals(foldIn(key(0), 2 ** 32 - 1), foldIn(key(0), 0));
});

Deno.test("up to six children of a key may be destructured", () => {
  const [a, b, c] = split(key(0), 3);
  const [d, e, f, g]: [Key, Key, Key, Key] = split(key(1), 4);
  const [, , , , h]: [Key, Key, Key, Key, Key] = split(key(2), 5);
  const [, , , , , i]: [Key, Key, Key, Key, Key, Key] = split(key(3), 6);
  const children: readonly Key[] = [a, b, c, d, e, f, g, h, i];
  assertEquals(new Set(children.map(({ hi, lo }) => `${hi}:${lo}`)).size, 9);
});

Deno.test("split() refuses to make no key, bits() a negative number of words", () => {
  assertThrows(() => split(key(0), 0), RangeError, "n must be");
  assertThrows(() => bits(key(0), -1), RangeError, "n must be");
});

Deno.test("split(k, n)[i] equals foldIn(k, i), as documented", () => {
  assertEquals(split(key(9), 4), [0, 1, 2, 3].map((i) => foldIn(key(9), i)));
});
