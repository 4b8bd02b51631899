import manifest from "./deno.json" with { type: "json" };

/** As the import map of the workspace has it, which a test compares. */
const TENSORFLOW = "4.22.0";

/** What a surrogate was made with, for its provenance: all packages share one version. */
export function versions(): Record<string, string> {
  return { "@likely/sbi": manifest.version, "@tensorflow/tfjs": TENSORFLOW };
}
