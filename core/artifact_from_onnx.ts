/**
 * Networks of other programs as artifacts.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import { requireInteger } from "./check.ts";
import { priorShape } from "./prior_from.ts";
import type { PriorSpec } from "./prior.ts";
import { onnxLayers } from "./_onnx_layers.ts";
import { readOnnx } from "./_onnx_graph.ts";
import { refuseOnnx } from "./_refuse_onnx.ts";
import type { NetworkSpec } from "./spec.ts";
import type { Weight } from "./weights.ts";

/** What a file in ONNX does not say. */
export interface OnnxMeaning {
  /** The prior to use: its parameters, by order, are the first numbers of the network's input. */
  readonly prior: PriorSpec;
  /** Numbers in a row of data, which are the rest of the input. */
  readonly xDim: number;
  /**
   * What the output is: log p(x | θ) of a row, or the log of its ratio to p(x), in nats.
   *
   * @default {"likelihood"}
   */
  readonly kind?: "likelihood" | "ratio";
  /**
   * What the model is called.
   *
   * @default {"onnx"}
   */
  readonly name?: string;
}

/**
 * Reads a network in ONNX as an artifact: a likelihood approximation network of LANfactory and HSSM, or
 * any other whose one input is a row of parameters and then data, and whose one output is a log-likelihood.
 *
 * Dense layers are read, as `Gemm` or `MatMul` and `Add`, with one kind of activation between them: tanh,
 * sigmoid, ReLU or SiLU; scalings and shifts by constants, too. Weights must be in the file itself.
 *
 * @param bytes The whole file. Borrowed; nothing much larger is allocated.
 * @param meaning What the file does not say.
 * @returns The artifact. How the network was trained is not known: its provenance counts no simulations.
 * @throws {FormatError} If the file is damaged, hostile, or holds another kind of network.
 * @throws {TypeError} If the prior is not one.
 * @throws {RangeError} If `xDim` is not a whole number ≥ 1, or a number of the prior is refused.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { artifactFromOnnx, FormatError, independent, uniform } from "@likely/core";
 *
 * // const artifact = artifactFromOnnx(await Deno.readFile("ddm.onnx"), { prior, xDim: 2 });
 * const { spec: prior } = independent({ v: uniform(-3, 3), a: uniform(0.5, 2.5) });
 * const cut = Uint8Array.of(0x3a, 0x7f);
 * assertThrows(() => artifactFromOnnx(cut, { prior, xDim: 2 }), FormatError, "must end within its message");
 * ```
 */
export function artifactFromOnnx(bytes: Uint8Array, meaning: OnnxMeaning): Artifact {
  const { prior, xDim, kind = "likelihood", name = "onnx" } = meaning;
  requireInteger("read ONNX", "xDim", xDim, 1);
  const { dim: thetaDim, spec: checkedPrior } = priorShape(prior);
  const model = readOnnx(bytes);
  const { layers, activation = "tanh" } = onnxLayers(model, thetaDim + xDim, bytes.length);
  const weights: Record<string, Weight> = {};
  layers.forEach(({ weight, bias }, i) => {
    const path = `trunk/${i === layers.length - 1 ? "out" : i}`;
    weights[`${path}/weight`] = rounded([weight.length / bias.length, bias.length], weight);
    weights[`${path}/bias`] = rounded([bias.length], bias);
  });
  const hidden = layers.slice(0, -1).map(({ bias }) => bias.length);
  const spec: NetworkSpec = {
    kind: "network",
    thetaDim,
    xDim,
    trunk: { kind: "mlp", hidden, activation },
    head: { kind: "linear" },
  };
  const producer = [model.producer || "a program of no name", model.producerVersion].join(" ").trim();
  return {
    kind,
    spec,
    weights,
    prior: checkedPrior,
    scaling: { theta: asItIs(thetaDim), x: asItIs(xDim) },
    provenance: {
      simulator: name,
      simulations: 0,
      failed: 0,
      key: "00000000:00000000",
      loss: { name: "onnx", options: {} },
      network: `imported from ONNX: mlp ${[thetaDim + xDim, ...hidden, 1].join("-")}, ${activation}`,
      engine: producer.slice(0, 100),
      versions: { opset: String(model.opset) },
      training: { loss: 0, epochs: 0 },
      warnings: [
        "The network was trained elsewhere, by what simulations is not known: whether data are like them is " +
        "not checked, nor whether the prior stays where it was trained",
      ],
    },
  };
}

function rounded(shape: number[], values: Float64Array): Weight {
  const data = Float32Array.from(values);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuseOnnx("weights must be finite float32 numbers", values[bad]!);
  return { shape, data };
}

function asItIs(dim: number): { mean: number[]; std: number[] } {
  return { mean: Array(dim).fill(0), std: Array(dim).fill(1) };
}
