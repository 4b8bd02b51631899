// What each host wants to find in a folder, and how it is started to see that it answers.

import type { HandlerOptions } from "@likely/edge";

/** A folder for one host. */
export interface HostFiles {
  /** By name. */
  readonly files: Readonly<Record<string, string>>;
  /** A command that serves the folder on a port, run in it, by choices of programs. */
  readonly start: (port: number) => readonly string[];
  /** How to deploy it, for the README. */
  readonly steps: readonly string[];
}

/** What goes into the folder. */
export interface Deployment {
  /** Names of the surrogates. */
  readonly names: readonly string[];
  readonly options: Pick<HandlerOptions, "origins">;
}

/** The hosts there are. */
export const HOSTS = ["cloudflare", "deno", "node"] as const;

/** One of the hosts. */
export type Host = (typeof HOSTS)[number];

/** workerd is what Cloudflare runs: this version was tried. */
export const WORKERD = "workerd@1.20261117.1";
const COMPATIBLE = "2026-01-01";

/** The folder for a host. */
export function hostFiles(host: Host, deployment: Deployment): HostFiles {
  return { cloudflare, deno, node }[host](deployment);
}

/** `{ flu: await openSurrogate(…) }`, or the only one. */
function surrogates(names: readonly string[], open: (i: number) => string): string {
  if (names.length === 1) return open(0);
  return `{ ${names.map((name, i) => `${JSON.stringify(name)}: ${open(i)}`).join(", ")} }`;
}

function cloudflare({ names, options }: Deployment): HostFiles {
  const worker = `import kernels from "./kernels.wasm";
${names.map((name, i) => `import file${i} from "./${name}.safetensors";`).join("\n")}
import { handler, openSurrogate } from "./service.js";

let answer;

async function open(token) {
  const options = ${JSON.stringify(options)};
  if (token !== undefined) options.token = token;
  return handler(${
    surrogates(names, (i) => `await openSurrogate(new Uint8Array(file${i}), kernels)`)
  }, options);
}

// The secret TOKEN, where it is set, must come as a bearer token.
export default { fetch: async (request, env) => await (await (answer ??= open(env?.TOKEN)))(request) };
`;
  const wrangler = `name = "${names[0]!.toLowerCase().replace(/[^a-z0-9-]/g, "-")}"
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
${names.map((name) => `    (name = "${name}.safetensors", data = embed "${name}.safetensors"),`).join("\n")}
  ],
  compatibilityDate = "${COMPATIBLE}",
);
`;
  return {
    files: { "worker.js": worker, "wrangler.toml": wrangler, "workerd.capnp": capnp },
    // npx does not hand on the signal that ends it: the process that it starts says which one it is.
    start: (port) => [
      "npx",
      "-y",
      "-p",
      WORKERD,
      "-c",
      `echo pid $$ >&2; exec workerd serve --socket-addr http=127.0.0.1:${port} workerd.capnp`,
    ],
    steps: [
      "npx wrangler deploy",
      "npx wrangler secret put TOKEN   # to ask for a bearer token",
      `npx ${WORKERD} serve workerd.capnp   # on a machine of your own, port 8080`,
    ],
  };
}

const ANSWER = (names: readonly string[], options: Deployment["options"], token: string, read: string) =>
  `import { handler, openSurrogate } from "./service.js";

${read}
const kernels = new WebAssembly.Module(await read("kernels.wasm"));
const token = ${token};
const answer = handler(
  ${surrogates(names, (i) => `await openSurrogate(await read("${names[i]}.safetensors"), kernels)`)},
  { ...${JSON.stringify(options)}, ...(token && { token }) },
);
`;

function deno({ names, options }: Deployment): HostFiles {
  const main = ANSWER(
    names,
    options,
    `Deno.env.get("TOKEN")`,
    "const read = (name) => Deno.readFile(new URL(name, import.meta.url));",
  ) + `
export default { fetch: (request) => answer(request) };
`;
  const serve = (
    port: number,
  ) => ["serve", "--allow-read", "--allow-env=TOKEN", "--host", "127.0.0.1", "--port", `${port}`];
  return {
    files: { "main.js": main },
    start: (port) => [Deno.execPath(), ...serve(port), "main.js"],
    steps: [
      "deno serve --allow-read --allow-env=TOKEN --port 8080 main.js",
      "TOKEN=… deno serve …   # to ask for a bearer token",
    ],
  };
}

function node({ names, options }: Deployment): HostFiles {
  const server = `import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
${
    ANSWER(
      names,
      options,
      "process.env.TOKEN",
      "const read = async (name) => new Uint8Array(await readFile(new URL(name, import.meta.url)));",
    )
  }
const server = createServer(async (incoming, outgoing) => {
  const end = new AbortController();
  outgoing.on("close", () => end.abort());
  const { method, url, headers } = incoming;
  const body = method === "GET" || method === "HEAD" ? undefined : Readable.toWeb(incoming);
  try {
    const response = await answer(
      new Request(new URL(url, "http://localhost"), {
        method,
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
        body,
        duplex: "half",
        signal: end.signal,
      }),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing);
    else outgoing.end();
  } catch {
    // Whoever asked has left, or asked for what is no URL.
    if (!outgoing.headersSent) outgoing.writeHead(400);
    outgoing.end();
  }
});
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1");
process.on("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
  // Whoever has not got an answer by then waits no more.
  setTimeout(() => server.closeAllConnections(), 10_000).unref();
});
`;
  return {
    files: { "server.mjs": server, "package.json": '{ "type": "module", "private": true }\n' },
    start: (port) => ["env", `PORT=${port}`, "node", "server.mjs"],
    steps: ["PORT=8080 node server.mjs", "TOKEN=… node server.mjs   # to ask for a bearer token"],
  };
}
