// What this browser lacks of what the page needs.

/** A module with one function that adds lanes: valid where there is SIMD. */
const SIMD = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
]);

/** Sentences; empty where nothing is missing. */
export function missing(): string[] {
  if (typeof Worker === "undefined") return ["Cannot draw as the browser must have web workers: it has none"];
  if (typeof WebAssembly === "undefined") {
    return ["Cannot draw as the browser must have WebAssembly: it has none, or it is switched off"];
  }
  if (!WebAssembly.validate(SIMD)) {
    return ["Cannot draw as the browser's WebAssembly must have SIMD: it has none; a newer one has"];
  }
  if (!isSecureContext) {
    // Without a digest no model can be opened.
    return ["Cannot open models as the page must come by https, or from this machine: it came by http"];
  }
  return [];
}
