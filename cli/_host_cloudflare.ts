// Cloudflare's workers, which workerd runs.

import { type Deployment, type HostFiles, opened, plainFiles } from "./_host_files.ts";
import { startProcess } from "./_host_process.ts";

/** workerd is what Cloudflare runs: this version was tried. */
export const WORKERD = "workerd@1.20261117.1";
const COMPATIBLE = "2026-01-01";

/** A worker, for wrangler and for workerd. */
export function cloudflare(deployment: Deployment): HostFiles {
  const { models, options } = deployment;
  const worker = `import kernels from "./kernels.wasm";
${models.map(({ name }, i) => `import file${i} from "./${name}.safetensors";`).join("\n")}
import { handler, openSurrogate } from "./service.js";

let answer;

async function open(token) {
  const options = ${JSON.stringify(options)};
  if (token !== undefined) options.token = token;
  return handler(${opened(models, (i) => `new Uint8Array(file${i})`)}, options);
}

// The secret TOKEN, where it is set, must come as a bearer token.
export default { fetch: async (request, env) => await (await (answer ??= open(env?.TOKEN)))(request) };
`;
  const wrangler = `name = "${models[0]!.name.toLowerCase().replace(/[^a-z0-9-]/g, "-")}"
main = "worker.js"
compatibility_date = "${COMPATIBLE}"
no_bundle = true

[[rules]]
type = "ESModule"
globs = ["**/*.js"]

[[rules]]
type = "CompiledWasm"
globs = ["**/*.wasm"]

[[rules]]
type = "Data"
globs = ["**/*.safetensors"]
`;
  const data = models.map(({ name }) =>
    `    (name = "${name}.safetensors", data = embed "${name}.safetensors"),`
  );
  const capnp = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "service.js", esModule = embed "service.js"),
    (name = "kernels.wasm", wasm = embed "kernels.wasm"),
${data.join("\n")}
  ],
  compatibilityDate = "${COMPATIBLE}",
);
`;
  const serve = (port: number) => `workerd serve --socket-addr http=127.0.0.1:${port} workerd.capnp`;
  return {
    files: {
      ...plainFiles(deployment),
      "worker.js": worker,
      "wrangler.toml": wrangler,
      "workerd.capnp": capnp,
    },
    // npx does not hand on the signal that ends it: the process that it starts says which one it is.
    start: (folder) =>
      startProcess(
        folder,
        (port) => ["npx", "-y", "-p", WORKERD, "-c", `echo pid $$ >&2; exec ${serve(port)}`],
      ),
    steps: [
      "npx wrangler deploy",
      "npx wrangler secret put TOKEN   # to ask for a bearer token",
      `npx ${WORKERD} serve workerd.capnp   # on a machine of your own, port 8080`,
    ],
  };
}
