/**
 * What is known about a cost as a function of x.
 *
 * @module
 */

/**
 * `"quadratic"` knows that an expected mean squared difference is `‖m(θ) − x‖² / p + v(θ)` and
 * learns m and v, so that it is right for any x, however far from the simulations; for the distance
 * `"mmd"` the same holds in features of x. `"absolute"` knows that an expected absolute difference
 * `E|y − x|` is convex in x and grows as `|E y − x|` far out, and learns location and scale of each
 * column given θ, as if they were logistic: close for Gaussian noise and for little noise, coarse
 * where one θ has several outcomes. `"free"` learns a function of θ and x, for any distance.
 * `"auto"` takes the one that the distance is known to have.
 */
export type CostStructure = "auto" | "quadratic" | "absolute" | "free";
