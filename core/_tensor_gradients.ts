// Gradients that TensorFlow.js 4.22.0 does not have or gets wrong. Without those of gradient
// kernels the second derivative of elu, gatherND, convolutions and average pooling throws.

import * as tfjs from "@tensorflow/tfjs";

type Attrs = Readonly<Record<string, unknown>>;
type Gradient = (dy: tfjs.Tensor, saved: tfjs.Tensor[], attrs: Attrs) => Record<string, () => tfjs.Tensor>;

/** Registers the gradients. To be called once. */
export function repairGradients(): void {
  register("EluGrad", ["dy", "y"], eluGrad);
  register("GatherNd", ["params", "indices"], gatherNd);
  register("ScatterNd", ["indices"], scatterNd);
  register("Conv2DBackpropFilter", ["x", "dy"], conv2dFilterGrad);
  register("AvgPoolGrad", ["input"], avgPoolGrad);
  wrap("AvgPool", refusePadding);
  for (const name of ["Maximum", "Minimum", "SquaredDifference"]) wrap(name, sumBroadcast);
}

function wrap(kernelName: string, change: (stock: Gradient) => Gradient): void {
  const config = tfjs.getGradient(kernelName);
  const gradFunc = change(config.gradFunc as Gradient) as tfjs.GradFunc;
  tfjs.registerGradient({ ...config, gradFunc });
}

function register(kernelName: string, inputsToSave: string[], gradient: Gradient): void {
  tfjs.registerGradient({ kernelName, inputsToSave, gradFunc: gradient as tfjs.GradFunc });
}

function run(kernelName: string, inputs: Record<string, tfjs.Tensor>, attrs: Attrs = {}): tfjs.Tensor {
  return tfjs.engine().runKernel(kernelName, inputs, attrs as tfjs.NamedAttrMap);
}

// y = elu(x) is saved in place of x: d elu/dx = y + 1 where y < 0, so ∂/∂y is dy there.
function eluGrad(ddx: tfjs.Tensor, [dy, y]: tfjs.Tensor[]): ReturnType<Gradient> {
  return {
    dy: () => run("EluGrad", { dy: ddx, y: y! }),
    y: () => tfjs.mul(tfjs.mul(ddx, dy!), tfjs.cast(tfjs.less(y!, 0), "float32")),
  };
}

function gatherNd(dy: tfjs.Tensor, [params, indices]: tfjs.Tensor[]): ReturnType<Gradient> {
  return {
    params: () => tfjs.scatterND(indices!, dy, params!.shape),
    indices: () => tfjs.zeros(indices!.shape),
  };
}

function scatterNd(dy: tfjs.Tensor, [indices]: tfjs.Tensor[]): ReturnType<Gradient> {
  return { updates: () => tfjs.gatherND(dy, indices!), indices: () => tfjs.zeros(indices!.shape) };
}

// The filter gradient is linear in x and in dy; each derivative is again a convolution.
function conv2dFilterGrad(ddw: tfjs.Tensor, [x, dy]: tfjs.Tensor[], attrs: Attrs): ReturnType<Gradient> {
  const { strides, pad, dataFormat, dimRoundingMode } = attrs;
  const shared = { strides, pad, dataFormat, dimRoundingMode };
  return {
    x: () => run("Conv2DBackpropInput", { dy: dy!, filter: ddw }, { ...shared, inputShape: x!.shape }),
    dy: () => run("Conv2D", { x: x!, filter: ddw }, { ...shared, dilations: [1, 1] }),
  };
}

// The stock gradient divides by the size of the window where the value divides by the number of
// cells inside the image: wrong at every padded edge. Better no gradient than that one.
function refusePadding(stock: Gradient): Gradient {
  return (dy, saved, attrs) => {
    const shape = saved[0]!.shape as [number, number, number, number];
    const { filterSize, strides, pad } = attrs as { filterSize: number; strides: number; pad: number };
    const { top, bottom, left, right } =
      tfjs.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad).padInfo;
    if (top + bottom + left + right === 0) return stock(dy, saved, attrs);
    throw new RangeError(
      `Cannot differentiate average pooling as its windows must lie inside the image (pad "valid"): current value is ${pad}`,
    );
  };
}

// The stock gradients forget to sum over the axes along which an argument was repeated.
function sumBroadcast(stock: Gradient): Gradient {
  return (dy, saved, attrs) => {
    const of = stock(dy, saved, attrs);
    const [a, b] = saved;
    return { a: () => sumTo(of.a!(), a!.shape), b: () => sumTo(of.b!(), b!.shape) };
  };
}

function sumTo(x: tfjs.Tensor, shape: number[]): tfjs.Tensor {
  const axes = tfjs.broadcast_util.getReductionAxes(shape, x.shape);
  return axes.length > 0 ? tfjs.reshape(tfjs.sum(x, axes), shape) : x;
}

// Linear in dy; the input is there for its shape alone.
function avgPoolGrad(ddx: tfjs.Tensor, [input]: tfjs.Tensor[], attrs: Attrs): ReturnType<Gradient> {
  const { filterSize, strides, pad } = attrs;
  return {
    dy: () => run("AvgPool", { x: ddx }, { filterSize, strides, pad }),
    input: () => tfjs.zeros(input!.shape),
  };
}
