// Vercel's edge functions, in the form that `vercel deploy --prebuilt` takes (Build Output API, version 3).

import { type Deployment, type HostFiles, opened } from "./_host_files.ts";
import { startProcess } from "./_host_process.ts";

/** What edge functions run in, for this machine: this version was tried. */
const EDGE_RUNTIME = "edge-runtime@4.0.1";
const OUTPUT = ".vercel/output";
/** The function that every address is routed to. */
const FUNCTION = `${OUTPUT}/functions/service.func`;

/** A global that is looked up by name costs so much there that a draw takes twice as long. */
const GLOBALS =
  "const { Math, NaN, Number, Object, Array, Int32Array, Uint8Array, Uint32Array, Float32Array, " +
  "Float64Array } = globalThis;\n";

/** A function that is built already. */
export function vercel({ models, service, kernels, options }: Deployment): HostFiles {
  // Wasm is a module there, and bytes are none: models are text.
  const worker = `import kernels from "./kernels.wasm?module";
${models.map(({ name }, i) => `import file${i} from "./${name}.safetensors.js";`).join("\n")}
import { handler, openSurrogate } from "./service.js";

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
let answer;

async function open(token) {
  const options = ${JSON.stringify(options)};
  if (token) options.token = token;
  return handler(${opened(models, (i) => `bytes(file${i})`)}, options);
}

// The environment variable TOKEN, where it is set, must come as a bearer token.
export default async (request) => await (await (answer ??= open(process.env.TOKEN)))(request);
`;
  const texts = models.map(({ name, bytes }) => [
    `${FUNCTION}/${name}.safetensors.js`,
    `export default "${bytes.toBase64()}";\n`,
  ]);
  const command = `node --no-warnings --experimental-vm-modules edge.mjs`;
  return {
    files: {
      [`${OUTPUT}/config.json`]: '{ "version": 3, "routes": [{ "src": "/(.*)", "dest": "/service" }] }\n',
      [`${FUNCTION}/.vc-config.json`]:
        '{ "runtime": "edge", "entrypoint": "worker.js", "envVarsInUse": ["TOKEN"] }\n',
      [`${FUNCTION}/worker.js`]: worker,
      [`${FUNCTION}/service.js`]: GLOBALS + new TextDecoder().decode(service),
      [`${FUNCTION}/kernels.wasm`]: kernels,
      ...Object.fromEntries(texts),
      "edge.mjs": EDGE,
    },
    // npx does not hand on the signal that ends it: the process that it starts says which one it is.
    start: (folder) =>
      startProcess(
        folder,
        (port) => [
          ...["npx", "-y", "-p", EDGE_RUNTIME, "-c"],
          `echo pid $$ >&2; PORT=${port} exec ${command}`,
        ],
      ),
    steps: [
      "npx vercel deploy --prebuilt",
      "npx vercel env add TOKEN   # to ask for a bearer token",
      `npx -p ${EDGE_RUNTIME} ${command}   # on this machine, port 8080`,
    ],
    notes: [`What Vercel is given is \`${OUTPUT}\`: an edge function, and no static files.`],
    limit: { bytes: 1_000_000, whose: "Vercel's smallest plan" },
  };
}

/** Serves the function on this machine; like Vercel it compiles neither bytes nor text in there. */
const EDGE = `import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter } from "node:path";
import { SourceTextModule, SyntheticModule } from "node:vm";

// npx puts what it installs on the path and nowhere else.
const installed = process.env.PATH.split(delimiter).find((folder) => existsSync(\`\${folder}/edge-runtime\`));
const { EdgeRuntime, runServer } = createRequire(\`\${installed}/\`)("edge-runtime");
const runtime = new EdgeRuntime({
  codeGeneration: { strings: false, wasm: false },
  extend: (context) => Object.assign(context, { process: { env: { TOKEN: process.env.TOKEN } } }),
});
const { context } = runtime;

function load(url) {
  const identifier = url.href;
  const file = readFileSync(new URL(url.pathname, url));
  if (!url.pathname.endsWith(".wasm")) return new SourceTextModule(String(file), { context, identifier });
  const compiled = new WebAssembly.Module(file);
  return new SyntheticModule(["default"], function () {
    this.setExport("default", compiled);
  }, { context, identifier });
}

const worker = load(new URL("${FUNCTION}/worker.js", import.meta.url));
await worker.link((name, from) => load(new URL(name, from.identifier)));
await worker.evaluate();
context.answer = worker.namespace.default;
runtime.evaluate("addEventListener('fetch', (event) => event.respondWith(answer(event.request)))");
await runServer({ runtime, port: Number(process.env.PORT ?? 8080), host: process.env.HOST ?? "127.0.0.1" });
`;
