import { assertEquals, assertThrows } from "@std/assert";
import { extent } from "./extent.ts";

Deno.test("extent() is what Math.min and Math.max give", () => {
  for (const values of [[3, -1, 2], [], [NaN, 1], [1, NaN], [-0, 0], [Infinity, -Infinity], [5]]) {
    assertEquals(extent(values), [Math.min(...values), Math.max(...values)]);
  }
});

Deno.test("extent() takes more numbers than a call takes arguments", () => {
  const many = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
  assertThrows(() => Math.max(...many), RangeError);
  assertEquals(extent(many), [0, 999_999]);
});
