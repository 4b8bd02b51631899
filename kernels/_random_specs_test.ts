// Random legal specs, small, for tests that look at guards. (Named as a test so that it is not published.)

import { type DensitySpec, drawUniform, foldIn, key, type NetworkSpec, stream } from "@likely/core";

/** A random legal spec, small. */
export function randomSpec(seed: number): NetworkSpec {
  const random = stream(foldIn(key(99), seed));
  const whole = (low: number, high: number) => Math.floor(drawUniform(random, low, high + 1));
  const pick = <T>(...choices: readonly T[]): T => choices[whole(0, choices.length - 1)]!;
  const widths = (fewest: number) => Array.from({ length: whole(fewest, 3) }, () => whole(1, 37));
  const activation = pick("silu", "tanh", "relu");
  const [height, width, channels, element] = [whole(4, 9), whole(4, 9), whole(1, 5), whole(1, 6)];
  const out = whole(1, 19);
  const embedding = pick<() => Pick<NetworkSpec, "xDim" | "embedding">>(
    () => ({ xDim: whole(1, 70) }),
    () => ({ xDim: whole(1, 30), embedding: { kind: "dense", hidden: widths(0), out, activation } }),
    () => ({
      xDim: element * whole(1, 7),
      embedding: {
        kind: "set",
        element,
        each: widths(1),
        pool: pick("mean", "sum"),
        hidden: widths(0),
        out,
        activation,
      },
    }),
    () => ({
      xDim: height * channels,
      embedding: {
        kind: "conv",
        size: [height],
        channels,
        filters: [whole(1, 9), whole(1, 9)],
        kernel: pick(1, 3, 5),
        pool: pick(1, 2),
        out,
        activation,
      },
    }),
    () => ({
      xDim: height * width * channels,
      embedding: {
        kind: "conv",
        size: [height, width],
        channels,
        filters: [whole(1, 9), whole(1, 9)],
        kernel: pick(1, 3),
        pool: pick(1, 2),
        out,
        activation,
      },
    }),
  )();
  return {
    kind: "network",
    thetaDim: whole(1, 9),
    ...embedding,
    trunk: pick(
      { kind: "mlp", hidden: widths(1), activation } as const,
      { kind: "resnet", blocks: whole(0, 3), width: whole(1, 70), activation } as const,
    ),
    head: { kind: "linear" },
  };
}

/** The same with a head that measures x, or features of it. */
export function randomMeasuring(seed: number): NetworkSpec {
  const { thetaDim, trunk } = randomSpec(seed);
  const random = stream(foldIn(key(98), seed));
  const whole = (low: number, high: number) => Math.floor(drawUniform(random, low, high + 1));
  const some = (count: number) => Array.from({ length: count }, () => drawUniform(random, 0.1, 2));
  const [element, count] = [whole(1, 2), whole(1, 5)];
  const xDim = element * whole(1, 7);
  const mean = whole(0, 1) === 0 ? "of_products" : "of_columns";
  const frequencies = Array.from({ length: element }, () => some(count));
  const features = { element, frequencies, mean } as const;
  if (whole(0, 2) === 0) {
    return { kind: "network", thetaDim, xDim, trunk, head: { kind: "absolute", weights: some(xDim) } };
  }
  const head = whole(0, 2) === 0
    ? { weights: some(xDim) }
    : { weights: some((2 * count) ** element), features };
  return { kind: "network", thetaDim, xDim, trunk, head: { kind: "quadratic", scale: 2, ...head } };
}

/** Embeddings of a condition, as {@linkcode randomSpec} makes them. */
export function randomDensity(seed: number): DensitySpec {
  const { xDim, thetaDim, embedding, trunk } = randomSpec(seed);
  const random = stream(foldIn(key(97), seed));
  const whole = (low: number, high: number) => Math.floor(drawUniform(random, low, high + 1));
  const sides = whole(0, 2) > 0
    ? { thetaDim, xDim, target: "theta", ...(embedding && { embedding }) } as const
    : { thetaDim: xDim, xDim: thetaDim, target: "x", ...(embedding && { embedding }) } as const;
  const linear = { kind: "mlp", hidden: [], activation: "silu" } as const;
  const net = whole(0, 5) === 0 ? linear : trunk;
  const transforms = whole(1, 5);
  switch (whole(0, 3)) {
    case 3: {
      const sides = { thetaDim: xDim, xDim: 1, target: "x", ...(embedding && { embedding }) } as const;
      return { kind: "categorical", ...sides, categories: whole(1, 9), trunk: net };
    }
    case 0:
      return { kind: "mdn", ...sides, components: whole(1, 7), trunk: net };
    case 1:
      return { kind: "nsf", ...sides, transforms, bins: whole(1, 13), span: 3, trunk: net };
    default: {
      const hidden = Array.from({ length: whole(0, 3) }, () => whole(1, 37));
      return { kind: "maf", ...sides, transforms, hidden, activation: trunk.activation };
    }
  }
}
