// Probabilities by their logits, without overflow at either end.

/** `1 / (1 + e^−z)`. */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** `log(1 + e^z)`: minus the log of `1 − sigmoid(z)`. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
