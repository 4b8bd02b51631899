/**
 * The kernels, compiled while this module loads: the one moment at which every host allows it.
 *
 * The same bytes lie beside it as `kernels.wasm`, for hosts that would rather import a file; what they make of
 * it is passed to `openSurrogate` instead, and this module is then not needed.
 *
 * @module
 */

import { kernelsBase64 } from "./_kernels_base64.ts";

/** The plain build of the fused engine: the same bits on every host. */
export const kernels: WebAssembly.Module = new WebAssembly.Module(
  Uint8Array.from(atob(kernelsBase64), (letter) => letter.charCodeAt(0)),
);
