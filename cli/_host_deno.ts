// Deno, on a machine or on Deno Deploy.

import { type Deployment, type HostFiles, plainFiles, readingScript } from "./_host_files.ts";
import { startProcess } from "./_host_process.ts";

/** A script for `deno serve`. */
export function deno(deployment: Deployment): HostFiles {
  const script = readingScript(deployment, {
    token: `Deno.env.get("TOKEN")`,
    read: "const read = (name) => Deno.readFile(new URL(name, import.meta.url));",
  });
  const main = `${script}
export default { fetch: (request) => answer(request) };
`;
  const serve = "serve --allow-read --allow-env=TOKEN";
  return {
    files: { ...plainFiles(deployment), "main.js": main },
    start: (folder) =>
      startProcess(
        folder,
        (port) => [Deno.execPath(), ...`${serve} --host 127.0.0.1 --port ${port} main.js`.split(" ")],
      ),
    steps: [
      `deno ${serve} --port 8080 main.js`,
      "TOKEN=… deno serve …   # to ask for a bearer token",
    ],
  };
}
