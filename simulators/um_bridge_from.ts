/**
 * Models that are served by UM-Bridge, from plain data.
 *
 * @module
 */

import type { AsyncSimulator } from "@likely/core";
import { isRecord, shown } from "./_um_bridge_server.ts";
import { umBridge } from "./um_bridge.ts";
import type { UmBridgeCall } from "./um_bridge_model.ts";
import type { UmBridgeOptions } from "./um_bridge_options.ts";

/**
 * Makes a simulator of what a file says of it: {@linkcode UmBridgeSpec}, the address beside the options of
 * `umBridge`. Every value is checked, and what is unknown refused.
 *
 * @param data What the file says, parsed.
 * @param call Aborts the first requests.
 * @returns The simulator, whose rows are waited for.
 * @throws {TypeError} If it is no object with a `url`, a field is unknown, or one has the wrong type.
 * @throws {RangeError | UnreachableError} As `umBridge`.
 *
 * @example Usage
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { umBridgeFrom } from "@likely/simulators";
 *
 * await assertRejects(
 *   () => umBridgeFrom({ url: "http://localhost:4242", seeds: "seed" }),
 *   TypeError,
 *   "options must have no fields but",
 * );
 * ```
 */
export async function umBridgeFrom(data: unknown, call: UmBridgeCall = {}): Promise<AsyncSimulator> {
  const { url, ...options } = isRecord(data) ? data : {};
  if (typeof url === "string") return await umBridge(url, options as UmBridgeOptions, call);
  throw new TypeError(
    `Cannot use a UM-Bridge model as it must be given by an object with a url: current url is ${shown(url)}`,
  );
}
