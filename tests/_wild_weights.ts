/** Weights far from where training starts: nothing is small, nothing is the same twice. */

import {
  drawNormal,
  foldIn,
  type Key,
  type Spec,
  stream,
  weightMasks,
  type Weights,
  weightShapes,
} from "@likely/core";

/** Normal weights, on a scale by which signals keep their size, and biases half as large; masked. */
export function wildWeights(key: Key, spec: Spec, scale: number = 1): Weights {
  const masks = weightMasks(spec);
  return Object.fromEntries(
    Object.entries(weightShapes(spec)).map(([name, shape], k) => {
      const random = stream(foldIn(key, k));
      const length = shape.reduce((product, size) => product * size, 1);
      const fanIn = name.endsWith("bias") ? 4 : length / shape.at(-1)!;
      const data = Float32Array.from({ length }, (_, i) => {
        const drawn = drawNormal(random, 0, scale / Math.sqrt(Math.max(1, fanIn)));
        return masks[name]?.[i] === 0 ? 0 : drawn;
      });
      return [name, { shape, data }];
    }),
  );
}
