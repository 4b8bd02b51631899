/** What do globals that are named once save in Vercel's edge VM? */

import { startProcess } from "../cli/_host_process.ts";
import type { RunningHost } from "../cli/_running_host.ts";
import { median, type Row } from "./_measure.ts";

export const question =
  "1,000 draws of the drift diffusion over HTTP, from folders of `likely deploy`, medians of 40 in turns";

const PATH = "/posterior?x=1,0.5&draws=1000&seed=";
const EDGE = "echo pid $$ >&2; exec node --experimental-vm-modules edge.mjs";
const SERVICE = ".vercel/output/functions/service.func/service.js";

/** Milliseconds. */
export async function rows(): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, host] of [["node", "node"], ["named", "vercel"], ["looked-up", "vercel"]] as const) {
      await deployed(host, `${folder}/${name}`);
    }
    const service = `${folder}/looked-up/${SERVICE}`;
    const text = await Deno.readTextFile(service);
    await Deno.writeTextFile(service, text.slice(text.indexOf("\n") + 1));
    const edge = (name: string) =>
      startProcess(
        `${folder}/${name}`,
        (port) => ["env", `PORT=${port}`, "npx", "-y", "-p", "edge-runtime@4.0.1", "-c", EDGE],
      );
    await using node = startProcess(
      `${folder}/node`,
      (port) => ["env", `PORT=${port}`, "node", "server.mjs"],
    );
    await using named = edge("named");
    await using lookedUp = edge("looked-up");
    return await inTurns({
      "Node": node,
      "Vercel's edge VM": named,
      "Vercel's edge VM, without the line that names globals": lookedUp,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function deployed(host: string, out: string): Promise<void> {
  const args = ["run", "-A", "cli/main.ts", "deploy", "prebuilt/drift_diffusion.safetensors", "--no-try"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--host", host, "--out", out],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function inTurns(hosts: Readonly<Record<string, RunningHost>>): Promise<Row[]> {
  const took = Object.entries(hosts).map(([what, host]) => ({ what, host, milliseconds: [] as number[] }));
  for (let i = 0; i < 50; i++) {
    for (const { host, milliseconds } of took) {
      const start = performance.now();
      await host.ask({ path: `${PATH}${i}` });
      // The first ones wait for the host, and for V8 to compile.
      if (i >= 10) milliseconds.push(performance.now() - start);
    }
  }
  return took.map(({ what, milliseconds }) => ({ what, value: median(milliseconds), unit: "ms" }));
}
