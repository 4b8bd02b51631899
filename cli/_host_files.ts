// What a folder for a host is made of, and what is written into it.

import type { HandlerOptions } from "@likely/edge";
import type { RunningHost } from "./_running_host.ts";

/** A model to be served. */
export interface DeployedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What to ask it for an example, below its name: `posterior?x=0.5&draws=20`. */
  readonly question: string;
}

/** What goes into the folder. */
export interface Deployment {
  readonly models: readonly DeployedModel[];
  /** The service as one script. */
  readonly service: Uint8Array;
  readonly kernels: Uint8Array;
  readonly options: Pick<HandlerOptions, "origins">;
}

/** A folder for one host. */
export interface HostFiles {
  /** By their paths in the folder. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Serves the folder on this machine, to see that it answers. */
  readonly start: (folder: string) => RunningHost | Promise<RunningHost>;
  /** How to deploy it, for the README: lines for a shell. */
  readonly steps: readonly string[];
  /** What else the README says. */
  readonly notes?: readonly string[];
  /** What the files may have together, compressed, and on whose plan. */
  readonly limit?: { readonly bytes: number; readonly whose: string };
}

/** The service, the kernels and the models as files of these names. */
export function plainFiles({ models, service, kernels }: Deployment): Record<string, Uint8Array> {
  return {
    "service.js": service,
    "kernels.wasm": kernels,
    ...Object.fromEntries(models.map(({ name, bytes }) => [`${name}.safetensors`, bytes])),
  };
}

/** `{ flu: await openSurrogate(…) }`, or the only one. */
export function opened(models: readonly DeployedModel[], bytes: (i: number) => string): string {
  const open = (i: number) => `await openSurrogate(${bytes(i)}, kernels)`;
  if (models.length === 1) return open(0);
  return `{ ${models.map(({ name }, i) => `${JSON.stringify(name)}: ${open(i)}`).join(", ")} }`;
}

/** A script for hosts that read files as they start. */
export function readingScript(deployment: Deployment, how: { token: string; read: string }): string {
  const { models, options } = deployment;
  return `import { handler, openSurrogate } from "./service.js";

${how.read}
const kernels = new WebAssembly.Module(await read("kernels.wasm"));
const token = ${how.token};
const answer = handler(
  ${opened(models, (i) => `await read("${models[i]!.name}.safetensors")`)},
  { ...${JSON.stringify(options)}, ...(token && { token }) },
);
`;
}
