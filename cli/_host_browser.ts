// A browser: files for any web server. What is asked is answered by whoever asks, and nobody else hears of it.

import { type Deployment, type HostFiles, opened, plainFiles } from "./_host_files.ts";
import { startPage } from "./_host_page.ts";

/** A module, and a service worker that answers by it. */
export async function browser(deployment: Deployment): Promise<HostFiles> {
  const { models, kernels } = deployment;
  const files = plainFiles(deployment);
  // A file that changes has another address, and makes another script: no cache keeps what is old.
  const versioned = async (name: string, bytes: Uint8Array) => `${name}?${await digest(bytes)}`;
  const named = await Promise.all(models.map(({ name, bytes }) => versioned(`${name}.safetensors`, bytes)));
  const surrogate = `import { handler, openSurrogate } from "./service.js";

const here = new URL(".", import.meta.url).href;
let opening;

async function read(name) {
  const response = await fetch(new URL(name, here));
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new Error(\`Cannot open \${name} as the web server must have it: status is \${response.status}\`);
}

async function open() {
  const kernels = await WebAssembly.compile(await read("${await versioned("kernels.wasm", kernels)}"));
  return handler(${opened(models, (i) => `await read("${named[i]}")`)});
}

// Takes what fetch takes, by addresses below this folder, and answers as the service does.
export async function answer(input, init) {
  const request = new Request(input instanceof Request ? input : new URL(input, here), init);
  const { url, method, headers, signal } = request;
  if (!url.startsWith(here)) throw new TypeError(\`Cannot answer \${url} as it must be below \${here}\`);
  const body = method === "GET" || method === "HEAD" ? undefined : await request.arrayBuffer();
  // What could not be opened is tried again by the next who asks.
  opening ??= open().catch((error) => {
    opening = undefined;
    throw error;
  });
  const service = await opening;
  return await service(
    new Request("http://localhost/" + url.slice(here.length), { method, headers, signal, body }),
  );
}
`;
  const question = `${models.length === 1 ? "" : `${models[0]!.name}/`}${models[0]!.question}`;
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${models.map(({ name }) => name).join(", ")}</title>
<p><a href="${question.replaceAll("&", "&amp;")}">An example</a>, <a href="openapi.json">how to ask</a></p>
<pre></pre>
<script type="module">
  import { answer } from "./surrogate.js";
  document.querySelector("pre").textContent = await (await answer("${question}")).text();
  await navigator.serviceWorker?.register("service-worker.js", { type: "module", updateViaCache: "none" });
</script>
</html>
`;
  const all = [...Object.keys(files), "surrogate.js", "service-worker.js", "index.html", "README.md"];
  const worker = `import { answer } from "./surrogate.js";

const here = new URL(".", import.meta.url).href;
const files = new Set(${JSON.stringify(all)});

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
// Whatever is asked below this folder, its own files and its page aside.
addEventListener("fetch", (event) => {
  const { url, mode } = event.request;
  if (!url.startsWith(here)) return;
  const path = url.slice(here.length).replace(/[?#].*/, "");
  if (files.has(path) || (path === "" && mode === "navigate")) return;
  event.respondWith(answer(event.request).catch(unavailable));
});

function unavailable({ message }) {
  const body = { type: "about:blank", title: "Service unavailable", status: 503, detail: message };
  return new Response(JSON.stringify(body), {
    status: 503,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}
`;
  return {
    files: { ...files, "surrogate.js": surrogate, "service-worker.js": worker, "index.html": page },
    start: startPage,
    steps: ["python3 -m http.server 8080   # or any web server; by https, or on this machine"],
    notes: [
      `\`import { answer } from "./surrogate.js"\` anywhere: \`await answer("${question}")\` is a response.`,
      "Pages of this folder may `fetch` the same, once `service-worker.js` is registered, as `index.html` does.",
    ],
  };
}

async function digest(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).slice(0, 6).toHex();
}
