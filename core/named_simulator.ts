/**
 * Simulators that are written by the names of their parameters.
 *
 * @module
 */

import type { AsyncSimulatorDefinition } from "./async_simulator.ts";
import type { Prior } from "./prior.ts";
import type { SimulatorDefinition } from "./simulator_definition.ts";
import type { Stream } from "./stream.ts";

/** One row of parameters by name, `theta.decay`; in order, too, `const [amplitude, decay] = theta`. */
export type NamedTheta<Name extends string> = Readonly<Record<Name, number>> & Iterable<number>;

/** One row of x: numbers in order, or by name. */
export type NamedRow = ArrayLike<number> | Readonly<Record<string, number>>;

/** What simulators that are written by name have in common; of a prior its names and draws are used. */
export interface NamedDefinition<Name extends string> {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** The prior of the parameters, which names them. */
  readonly prior: Prior<Name>;
  /** The exact log-likelihood of one row, in nats, where it is known. */
  readonly logLikelihood?: (theta: NamedTheta<Name>, x: Float64Array) => number;
  /** The exact θ-score of one row, where it is known: numbers in order, or by name. */
  readonly score?: (
    theta: NamedTheta<Name>,
    x: Float64Array,
  ) => ArrayLike<number> | Readonly<Record<Name, number>>;
}

/** What `simulator` needs to know of a simulator that is written by name. */
export interface NamedSimulatorDefinition<Name extends string>
  extends NamedDefinition<Name>, Pick<SimulatorDefinition, "xNames"> {
  /** Numbers in a row of x; absent: found, with their names, by simulating a row when it is first asked for. */
  readonly xDim?: number;
  /** Simulates one row: reads parameters, draws from `random`, returns numbers in order or by name. */
  readonly simulate: (random: Stream, theta: NamedTheta<Name>) => NamedRow;
}

/** What `simulator` needs to know of one that is written by name and whose rows are waited for. */
export interface NamedAsyncSimulatorDefinition<Name extends string>
  extends NamedDefinition<Name>, Pick<AsyncSimulatorDefinition, "xNames" | "concurrency"> {
  /** Numbers in a row of x; may be left out beside `xNames`, and only then: no row is waited for to find it. */
  readonly xDim?: number;
  /** Simulates one row, in an `async` function; on the signal see `AsyncSimulatorDefinition`. */
  readonly simulate: (random: Stream, theta: NamedTheta<Name>, signal?: AbortSignal) => Promise<NamedRow>;
}
