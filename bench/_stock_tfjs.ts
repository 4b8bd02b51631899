// Plain TensorFlow.js as one would write it by the book, on its WASM backend: no repairs, no
// split first layer, `tf.train.adam`. What the fused engine is compared with.

import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { type Activation, initWeights, key, type NetworkSpec } from "@likely/core";

/** A network on stock TensorFlow.js. */
export interface Stock {
  /** One Adam step of binary cross-entropy on the first n rows against the second n. */
  step(theta: Float32Array, x: Float32Array): number;
  /** Values and θ-gradients at rows of θ for one x. */
  density(theta: Float32Array, x: Float32Array): [Float32Array, Float32Array];
}

/** Readies the backend. */
export async function readyStock(): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend("wasm");
  await tf.ready();
}

/** Builds a spec without embedding. */
export function stock(spec: NetworkSpec): Stock {
  const { thetaDim, xDim, trunk } = spec;
  const w = Object.fromEntries(
    Object.entries(initWeights(key(0), spec))
      .map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, [...shape]))]),
  );
  const dense = (path: string, h: tf.Tensor2D): tf.Tensor2D =>
    tf.add(tf.matMul(h, w[`${path}/weight`] as tf.Tensor2D), w[`${path}/bias`]!);
  const act = (h: tf.Tensor2D): tf.Tensor2D => activation(trunk.activation, h);
  const network = (input: tf.Tensor2D): tf.Tensor2D => {
    if (trunk.kind === "mlp") {
      return dense("trunk/out", trunk.hidden.reduce((h, _, i) => act(dense(`trunk/${i}`, h)), input));
    }
    let h = dense("trunk/in", input);
    for (let i = 0; i < trunk.blocks; i++) {
      h = tf.add(h, dense(`trunk/block${i}/1`, act(dense(`trunk/block${i}/0`, act(h)))));
    }
    return dense("trunk/out", h);
  };
  const optimizer = tf.train.adam(1e-3);
  return {
    step: (theta, x) =>
      tf.tidy(() => {
        const rows = tf.tensor2d(x, [x.length / xDim, xDim]);
        const input = tf.concat([
          tf.tensor2d(theta, [theta.length / thetaDim, thetaDim]),
          tf.concat([rows, rows]),
        ], 1);
        const sign = tf.concat([tf.fill([rows.shape[0], 1], -1), tf.fill([rows.shape[0], 1], 1)]);
        const loss = optimizer.minimize(
          () => tf.mean(tf.softplus(tf.mul(network(input), sign))) as tf.Scalar,
          true,
          Object.values(w),
        );
        return loss!.dataSync()[0]!;
      }),
    density: (theta, x) =>
      tf.tidy(() => {
        const n = theta.length / thetaDim;
        const rows = tf.tile(tf.tensor2d(x, [1, xDim]), [n, 1]);
        const { value, grad } = tf.valueAndGrad((t) =>
          tf.sum(network(tf.concat([t as tf.Tensor2D, rows], 1)))
        )(
          tf.tensor2d(theta, [n, thetaDim]),
        );
        // The values themselves take one more pass.
        const values = network(tf.concat([tf.tensor2d(theta, [n, thetaDim]), rows], 1));
        value.dataSync();
        return [values.dataSync() as Float32Array, grad.dataSync() as Float32Array];
      }),
  };
}

function activation(kind: Activation, h: tf.Tensor2D): tf.Tensor2D {
  if (kind === "tanh") return tf.tanh(h);
  return kind === "relu" ? tf.relu(h) : tf.mul(h, tf.sigmoid(h));
}

/** One product, transposed as asked, for the comparison of the bare kernels. */
export function stockProduct(
  a: { readonly data: Float32Array; readonly shape: [number, number] },
  b: { readonly data: Float32Array; readonly shape: [number, number] },
  transpose: { readonly a?: boolean; readonly b?: boolean },
): () => void {
  const [left, right] = [tf.tensor2d(a.data, a.shape), tf.tensor2d(b.data, b.shape)];
  return () => tf.dispose(tf.matMul(left, right, transpose.a ?? false, transpose.b ?? false));
}
