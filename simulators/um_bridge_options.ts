/**
 * What `umBridge` may be told: plain data, so that a file can hold it.
 *
 * @module
 */

import type { UmBridgeConfig } from "./um_bridge_model.ts";

/**
 * Options of `umBridge`. All of them are JSON: a file that says
 *
 * ```json
 * { "url": "http://localhost:4242", "model": "forward", "seed": "seed", "concurrency": 4 }
 * ```
 *
 * is read by `umBridgeFrom`.
 */
export interface UmBridgeOptions {
  /**
   * The model's name on the server.
   *
   * @default {undefined} The only one that the server has.
   */
  readonly model?: string;
  /**
   * A short name, kept in provenance; what is stored is taken up under the same name alone.
   *
   * @default {undefined} The model's, with the config where there is one.
   */
  readonly name?: string;
  /**
   * What goes to the model with every request.
   *
   * @default {{}}
   */
  readonly config?: UmBridgeConfig;
  /**
   * The field of the config by which the model takes a seed, as the protocol knows none: it gets a whole
   * number in [0, 2³¹), which depends on the key and the row alone, and is the same at every level. A model
   * that draws random numbers of its own and takes no seed cannot be repeated, nor its levels be coupled.
   *
   * @default {undefined} The model gets none.
   */
  readonly seed?: string;
  /**
   * The same model at rising fidelity, two levels at least; the last is the simulator itself.
   *
   * @default {undefined}
   */
  readonly levels?: readonly UmBridgeLevel[];
  /**
   * Requests under way at a time: as many as there are models behind a balancer. A server that runs one
   * model at a time lets the others wait.
   *
   * @default {1}
   */
  readonly concurrency?: number;
  /**
   * Seconds until a request is given up, and its row has failed; at most 2,147,483. What a server keeps
   * waiting while others are served is within it.
   *
   * @default {86400} A day.
   */
  readonly timeout?: number;
  /**
   * How often a request is tried again that ended in a dropped connection or in a server error without a
   * reason.
   *
   * @default {2}
   */
  readonly retries?: number;
  /**
   * Seconds before it is tried again; twice as many each time, at most 60.
   *
   * @default {0.5}
   */
  readonly wait?: number;
  /**
   * Sent with every request, such as `authorization`.
   *
   * @default {{}}
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Bytes of an answer that are read at most.
   *
   * @default {67108864}
   */
  readonly maxBytes?: number;
}

/** One fidelity of a model: another config, or another model of the server. */
export interface UmBridgeLevel {
  /**
   * In words.
   *
   * @default {undefined} The model where it is another, and the config of the level.
   */
  readonly name?: string;
  /**
   * The model's name on the server.
   *
   * @default {undefined} That of the options.
   */
  readonly model?: string;
  /**
   * Fields beside those of the options, and in their place.
   *
   * @default {{}}
   */
  readonly config?: UmBridgeConfig;
  /**
   * Cost of one row, > 0, in any unit that all levels share.
   *
   * @default {undefined} It is measured, in seconds.
   */
  readonly cost?: number;
}

/** What `umBridgeFrom` reads: the address beside the options. */
export interface UmBridgeSpec extends UmBridgeOptions {
  /** Where the server is: `http://localhost:4242`. */
  readonly url: string;
}
