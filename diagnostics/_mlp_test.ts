import { assertAlmostEquals } from "@std/assert";
import { key } from "@likely/core";
import { normals } from "../tests/golden/c2st_cases.ts";
import { type Matrix, matrix, timesTransposed, transpose } from "./_dense.ts";
import { arraysOf, backward, forward, initMlp } from "./_mlp.ts";

function rows(seed: number, n: number, dim: number): Matrix {
  return { data: normals(seed, n, dim).data, rows: n, cols: dim };
}

Deno.test("products of rows are sums of products, whatever the shape", () => {
  for (const [m, k, n] of [[1, 1, 1], [4, 3, 2], [7, 5, 3], [9, 2, 8], [3, 4, 6]] as const) {
    const [a, b] = [rows(1, m, k), rows(2, n, k)];
    const [product, turned] = [timesTransposed(a, b), transpose(a)];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let c = 0; c < k; c++) sum += turned.data[c * m + i]! * b.data[j * k + c]!;
        assertAlmostEquals(product.data[i * n + j]!, sum, 1e-12);
      }
    }
  }
});

Deno.test("the gradient of a network agrees with finite differences", () => {
  const mlp = initMlp(key(0), [3, 6, 5, 1]);
  const x = rows(3, 7, 3);
  const weights = rows(4, 7, 1);
  const value = () =>
    forward(mlp, x).at(-1)!.data.reduce((sum, logit, i) => sum + logit * weights.data[i]!, 0);
  const delta = { ...matrix(7, 1), data: weights.data };
  const gradients = arraysOf(backward(mlp, forward(mlp, x), delta));
  arraysOf(mlp).forEach((array, a) => {
    for (let k = 0; k < array.length; k++) {
      const before = array[k]!;
      const [up, down] = [1e-6, -1e-6].map((step) => {
        array[k] = before + step;
        return value();
      });
      array[k] = before;
      assertAlmostEquals(gradients[a]![k]!, (up! - down!) / 2e-6, 1e-6);
    }
  });
});
