/**
 * Whether more simulations would help.
 *
 * @module
 */

/** A second training that tells. */
export interface HalfPlan {
  /**
   * Trains on half of the simulations, too, for as many epochs and for as many steps, and says in
   * `artifact.provenance.advice` what twice the simulations and twice the steps have brought: in nats a
   * simulation set aside, and in shifts and widths of posteriors; of a cost, in shares of its squared error. It takes one and a half times as long
   * again. Without, learning curves alone are read.
   *
   * @default {false}
   */
  readonly half?: boolean;
}
