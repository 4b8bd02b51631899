/**
 * What goes wrong with a model that is served by UM-Bridge.
 *
 * @module
 */

/**
 * The kinds of {@linkcode UmBridgeError}. Four are the protocol's and come from the server: `ModelNotFound`,
 * `UnsupportedFeature`, `InvalidInput`, `InvalidOutput`. The others are found here:
 *
 * - `ProtocolVersion`: the server speaks another version.
 * - `BareStatus`: a status of HTTP and nothing else, as when a model written in Python throws.
 * - `Malformed`: an answer that is not what the protocol says.
 * - `Dropped`: no connection, or one that ended before the answer did.
 * - `TimeLimit`: no whole answer in time.
 *
 * A server may also name a kind of its own.
 */
export type UmBridgeErrorType =
  | "ModelNotFound"
  | "UnsupportedFeature"
  | "InvalidInput"
  | "InvalidOutput"
  | "ProtocolVersion"
  | "BareStatus"
  | "Malformed"
  | "Dropped"
  | "TimeLimit"
  | (string & Record<never, never>);

/** More about an {@linkcode UmBridgeError}. */
export interface UmBridgeErrorDetails {
  /** The kind. */
  readonly type: UmBridgeErrorType;
  /** The status of HTTP, where there was an answer. */
  readonly status?: number;
  /** The error beneath. */
  readonly cause?: unknown;
}

/**
 * A request to a UM-Bridge server that did not give what was asked for.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UmBridgeError } from "@likely/simulators";
 *
 * assertEquals(new UmBridgeError("Cannot evaluate", { type: "InvalidInput" }).type, "InvalidInput");
 * ```
 */
export class UmBridgeError extends Error {
  /** Always `"UmBridgeError"`. */
  override readonly name = "UmBridgeError";
  /** The kind. */
  readonly type: UmBridgeErrorType;
  /** The status of HTTP, where there was an answer. */
  readonly status?: number;

  /**
   * Makes the error.
   *
   * @param message The action, the rule and the value.
   * @param details Its kind, and what is known beside.
   */
  constructor(message: string, { type, status, cause }: UmBridgeErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.type = type;
    if (status !== undefined) this.status = status;
  }
}
