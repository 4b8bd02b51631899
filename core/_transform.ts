// Invertible maps of rows given a context, in float64.

/** A row on the other side, and what the way there does to volumes. */
export interface Mapped {
  /** `[D]`. */
  readonly row: Float64Array;
  /** The log-determinant of the Jacobian of this way, in nats. */
  readonly logDet: number;
}

/**
 * A bijection of `[D]`, given c `[C]`. Towards the base is the fast way, the one that densities
 * need; towards the target is the way of draws.
 */
export interface Transform {
  /** y to z. */
  toBase(y: Float64Array, c: Float64Array): Mapped;
  /** z to y; its log-determinant is minus that of the way back. */
  toTarget(z: Float64Array, c: Float64Array): Mapped;
}
