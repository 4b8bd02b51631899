import { assert, assertEquals, assertThrows } from "@std/assert";
import { key, points } from "@likely/core";
import { mapped, normals } from "../tests/golden/c2st_cases.ts";
import { mlpClassifier } from "./classifier.ts";

const labels = Uint8Array.from({ length: 600 }, (_, i) => i % 2);
const apart = normals(1, 600, 1);
apart.data.forEach((value, i) => apart.data[i] = value + 2 * labels[i]!);

Deno.test("mlpClassifier() learns the odds of two normals", async () => {
  const classify = await mlpClassifier({ epochs: 200 })(key(0), apart, labels);
  // log p₁ / p₀ = 2 x − 2, and 600 rows tell it to about 0.3 where there are many.
  const at = [0, 0.5, 1, 1.5, 2];
  classify(points(Float64Array.from(at), 1)).forEach((p, i) => {
    assert(Math.abs(Math.log(p / (1 - p)) - (2 * at[i]! - 2)) < 0.6, `${at[i]}: ${p}`);
  });
});

Deno.test("mlpClassifier() keeps what it learned when another is trained", async () => {
  const train = mlpClassifier({ hidden: [5], epochs: 3 });
  const first = await train(key(0), apart, labels);
  const before = first(apart);
  // A larger one, for the memory that both use grows.
  const second = await mlpClassifier({ hidden: [300, 300], epochs: 1 })(key(1), apart, labels);
  assertEquals(first(apart), before);
  assert(second(apart).some((p, i) => p !== before[i]));
});

Deno.test("mlpClassifier() answers row by row, however many there are", async () => {
  const classify = await mlpClassifier({ epochs: 3 })(key(0), apart, labels);
  const all = classify(apart);
  assertEquals(all.length, 600);
  assertEquals(Array.from(classify(points(apart.data.slice(590), 1))), Array.from(all.subarray(590)));
  assertEquals(classify(points(new Float64Array(0), 1)).length, 0);
});

Deno.test("mlpClassifier() tells rows beyond the range of float32 apart", async () => {
  const far = mapped(apart, (value) => value * 1e200);
  const classify = await mlpClassifier({ epochs: 20 })(
    key(0),
    far,
    Uint8Array.from(far.data, (v) => v > 0 ? 1 : 0),
  );
  assertEquals(
    classify(points(Float64Array.from([-1e100, 1e100]), 1)).map(Math.round),
    Float64Array.from([0, 1]),
  );
});

Deno.test("mlpClassifier() refuses options that make no sense", () => {
  assertThrows(() => mlpClassifier({ epochs: 0 }), RangeError, "epochs");
  assertThrows(() => mlpClassifier({ batch: 1.5 }), RangeError, "batch");
});
