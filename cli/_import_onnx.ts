// `likely import-onnx`.

import { console } from "./_console.ts";
import { artifactFromOnnx, encodeArtifact } from "@likely/core";
import { importSource } from "./_import_source.ts";
import { readFile } from "./_input.ts";
import { MODEL } from "./_model.ts";
import type { Arguments, Command } from "./_options.ts";
import { requireOutput, writeOutput } from "./_output.ts";

/** The command. */
export const importOnnxCommand: Command = {
  name: "import-onnx",
  summary: "Takes a likelihood that was trained elsewhere, from ONNX, as of HSSM and LANfactory.",
  positionals: ["network"],
  options: {
    task: { value: "task", help: "whose prior, names and widths it has; it is not run", required: true },
    out: { value: "file", help: "the model", required: true },
    kind: {
      value: "name",
      help: "what the output is: likelihood, log p(x | theta), or ratio, its log ratio to p(x)",
      default: "likelihood",
    },
  },
  notes: [
    "<network> is a file in ONNX: one input, a row of parameters and then data, one output, the log-likelihood",
    "of one row, in nats. Dense layers are read, with tanh, sigmoid, ReLU or SiLU between them. Names are not",
    "in the file: parameters are taken in the order of the task's prior, data in the order of its x. Of a",
    "task file the simulator may be left out. HSSM's networks of two choices take the time, then the choice,",
    "-1 or 1.",
    "",
    "likely sample then takes a table of trials, a row each. Where the prior is wider than what the network was",
    "trained on, its output means nothing. likely export writes such files.",
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely import-onnx ddm.onnx --task task.json --out ddm.safetensors",
    "likely sample ddm.safetensors --x trials.csv --out draws.csv",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const [network, out] = [args.positional(0), args.required("out")];
  const kind = args.choice("kind", ["likelihood", "ratio"] as const)!;
  await requireOutput(out, MODEL);
  const { prior, simulator: { name, xDim }, xNames } = await importSource(args.required("task"));
  const artifact = await readFile(
    network,
    (bytes) => artifactFromOnnx(bytes, { prior: prior.spec, xDim, kind, name }),
  );
  await writeOutput(out, encodeArtifact(artifact));
  const { network: layers, engine, warnings = [] } = artifact.provenance;
  console.log(`${out}: ${kind === "ratio" ? "likelihood ratio" : kind} of ${name}, by ${engine}`);
  console.log(
    `  input            ${prior.names.join(", ")}; ${xNames?.join(", ") ?? `${xDim} numbers of data`}`,
  );
  console.log(`  network          ${layers}`);
  for (const warning of warnings) console.log(`warning: ${warning}`);
}
