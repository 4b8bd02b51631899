// Node, from version 20.

import { type Deployment, type HostFiles, plainFiles, readingScript } from "./_host_files.ts";
import { startProcess } from "./_host_process.ts";

/** A server without dependencies. */
export function node(deployment: Deployment): HostFiles {
  const script = readingScript(deployment, {
    token: "process.env.TOKEN",
    read: "const read = async (name) => new Uint8Array(await readFile(new URL(name, import.meta.url)));",
  });
  const server = `import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
${script}
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
    files: {
      ...plainFiles(deployment),
      "server.mjs": server,
      "package.json": '{ "type": "module", "private": true }\n',
    },
    start: (folder) => startProcess(folder, (port) => ["env", `PORT=${port}`, "node", "server.mjs"]),
    steps: ["PORT=8080 node server.mjs", "TOKEN=… node server.mjs   # to ask for a bearer token"],
  };
}
