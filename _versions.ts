import manifest from "./deno.json" with { type: "json" };

/** What a surrogate was made with, for its provenance. */
export function versions(): Record<string, string> {
  const tfjs = manifest.imports["@tensorflow/tfjs"].split("@").at(-1)!;
  return { "@likely/sbi": manifest.version, "@tensorflow/tfjs": tfjs };
}
