import { assert, assertEquals } from "@std/assert";
import { couplingSplit } from "./coupling_split.ts";

Deno.test("couplingSplit() always moves a single coordinate", () => {
  for (const t of [0, 1, 2]) assertEquals(couplingSplit(1, t), { kept: [], moved: [0] });
});

Deno.test("couplingSplit() splits every dimension into two parts, neither of them empty", () => {
  for (let dim = 2; dim <= 20; dim++) {
    for (let t = 0; t < 12; t++) {
      const { kept, moved } = couplingSplit(dim, t);
      assert(kept.length > 0 && moved.length > 0, `${dim}, ${t}`);
      assertEquals([...kept, ...moved].sort((a, b) => a - b), Array.from({ length: dim }, (_, j) => j));
    }
  }
});

Deno.test("couplingSplit() lets any two coordinates meet in both directions", () => {
  for (let dim = 2; dim <= 20; dim++) {
    const met = new Set<string>();
    for (let t = 0; t < 2 * Math.ceil(Math.log2(dim)); t++) {
      const { kept, moved } = couplingSplit(dim, t);
      for (const i of kept) for (const j of moved) met.add(`${i},${j}`);
    }
    assertEquals(met.size, dim * (dim - 1));
  }
});
