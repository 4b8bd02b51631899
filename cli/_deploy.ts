// `likely deploy`.

import { console } from "./_console.ts";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { handler, type Surrogate } from "@likely/edge";
import { freePort } from "./_free_port.ts";
import { type Host, hostFiles, HOSTS } from "./_hosts.ts";
import { type Arguments, type Command, wrap } from "./_options.ts";
import { requireReplaceable, writeOutput } from "./_output.ts";
import { openModel, originsOf, served } from "./_served_models.ts";

/** The command. */
export const deployCommand: Command = {
  name: "deploy",
  summary: "Writes a folder that answers HTTP requests for posterior draws on a host.",
  positionals: [],
  rest: "model",
  options: {
    host: { value: "host", help: HOSTS.join(", "), required: true },
    out: { value: "folder", help: "where to write it", required: true },
    origin: { value: "origins", help: "whose pages may ask, with commas between; * for all" },
    "no-try": { help: "do not start the host to see that the folder answers" },
  },
  notes: [
    ...wrap(
      "The folder holds the service as one script, the kernels, the models and what the host wants to find, " +
        "with a README. It is started on this machine, by deno, by node, or by npx and workerd, and asked, " +
        "before the command says that it is done.",
    ),
    "",
    "Permissions: --allow-read, --allow-write, --allow-run, --allow-net=127.0.0.1.",
  ],
  examples: [
    "likely deploy flu.safetensors --host cloudflare --out flu-worker",
    "likely deploy flu.safetensors moons.safetensors --host node --out service",
  ],
  run,
};

/** Seconds that a host has to start; the first time it may be downloaded. */
const PATIENCE = 120;

async function run(args: Arguments): Promise<void> {
  const host = args.choice("host", HOSTS)!;
  const out = args.required("out");
  const paths = args.positionalsFrom(0);
  const names = paths.map((path) => basename(path, extname(path)));
  const odd = names.find((name, i) => !/^[\w.-]+$/.test(name) || names.indexOf(name) !== i);
  if (odd !== undefined) {
    args.refuse(
      `models must have names of their own, of letters, digits, points and hyphens: current value is "${odd}"`,
    );
  }
  await requireReplaceable(out, {
    what: "a service",
    entries:
      /^(README\.md|service\.js|kernels\.wasm|.+\.safetensors|worker\.js|wrangler\.toml|workerd\.capnp|main\.js|server\.mjs|package\.json)$/,
  });
  const models = await Promise.all(paths.map(openModel));
  const opened = Object.fromEntries(models.map(({ surrogate }, i) => [names[i]!, surrogate]));
  const options = originsOf(args);
  const plan = hostFiles(host, { names, options });
  const service = await bundled();
  await Deno.mkdir(out, { recursive: true });
  for await (const { name } of Deno.readDir(out)) {
    const isStale = name.endsWith(".safetensors") && !names.includes(name.slice(0, -".safetensors".length));
    if (isStale) await Deno.remove(`${out}/${name}`);
  }
  for (const [i, { bytes }] of models.entries()) await writeOutput(`${out}/${names[i]}.safetensors`, bytes);
  await writeOutput(`${out}/kernels.wasm`, await kernelsFile());
  await writeOutput(`${out}/service.js`, service);
  for (const [name, text] of Object.entries(plan.files)) await writeOutput(`${out}/${name}`, text);
  await writeOutput(`${out}/README.md`, readme(host, names, plan.steps));
  const size = await sizeOf(out);
  console.log(`${out}: ${names.join(", ")} for ${host}, ${(size / 1000).toFixed(0)} kB`);
  if (args.flag("no-try")) return console.log("  not tried, as --no-try says");
  await tried(out, plan.start, handler(served(opened), options), Object.entries(opened));
  console.log(`  started and asked on this machine: its answers are those of the library`);
  for (const step of plan.steps) console.log(`  ${step}`);
}

/** The kernels as they lie in the package, wherever that is. */
async function kernelsFile(): Promise<Uint8Array> {
  const { fusedModule } = await import("@likely/kernels/fused-module");
  return await fusedModule();
}

async function bundled(): Promise<Uint8Array> {
  const entry = import.meta.resolve("./_service_entry.ts");
  const args = ["bundle", "--quiet", "--minify", "--platform", "browser"];
  const isFile = entry.startsWith("file:");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, isFile ? fileURLToPath(entry) : entry],
    // Names of packages are those of the workspace that the entry lies in.
    ...(isFile && { cwd: fileURLToPath(new URL(".", entry)) }),
  }).output();
  if (success) return stdout;
  throw new Error(
    `Cannot bundle the service as deno bundle must succeed: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

/** Starts the host and asks what a client would; answers must be those of the library, byte for byte. */
async function tried(
  out: string,
  start: (port: number) => readonly string[],
  library: (request: Request) => Promise<Response>,
  surrogates: readonly (readonly [name: string, surrogate: Surrogate])[],
): Promise<void> {
  const port = freePort();
  const [program, ...args] = start(port);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program!, { args, cwd: out, stdin: "null", stdout: "null", stderr: "piped" })
      .spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot try ${out} as ${program} must be installed: it is not; --no-try leaves that out`,
      { cause: error },
    );
  }
  const said = readAll(child.stderr);
  // A host that ends waits for connections that are kept.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  let ended = false;
  child.status.then(() => ended = true);
  try {
    for (const path of pathsOf(surrogates)) {
      const ours = await library(new Request(`http://localhost${path}`));
      const theirs = await patiently(client, `http://127.0.0.1:${port}${path}`, () => ended);
      const [a, b] = [new Uint8Array(await ours.arrayBuffer()), new Uint8Array(await theirs.arrayBuffer())];
      const isSame = theirs.status === ours.status && a.length === b.length &&
        a.every((byte, i) => byte === b[i]);
      if (isSame) continue;
      throw new Error(
        `Cannot deploy ${out} as the host must answer ${path} as the library does: status ${theirs.status}, ${b.length} bytes beside ${a.length}`,
      );
    }
  } catch (error) {
    if (!ended) throw error;
    throw new Error(
      `Cannot deploy ${out} as the host must stay up: ${(await said.all).trim().split("\n").at(-1)}`,
      { cause: error },
    );
  } finally {
    if (!ended) stop(child.pid);
    const [, pid] = /^pid (\d+)$/m.exec(said.soFar()) ?? [];
    if (pid !== undefined) stop(Number(pid));
    await child.status;
    await said.all;
  }
}

function pathsOf(surrogates: readonly (readonly [name: string, surrogate: Surrogate])[]): string[] {
  const each = surrogates.flatMap(([name, { artifact: { spec, kind } }]) => {
    const prefix = surrogates.length === 1 ? "" : `/${name}`;
    const x = Array(spec.xDim).fill("0.5").join(",");
    const beta = kind === "cost" ? "&beta=1" : "";
    return [prefix || "/", `${prefix}/posterior?x=${x}&draws=20&seed=1${beta}`];
  });
  return [...new Set(["/", "/health", "/openapi.json", "/nowhere", ...each])];
}

/** What a process says, while it says it and in the end. */
function readAll(stream: ReadableStream<Uint8Array>): { soFar(): string; readonly all: Promise<string> } {
  let text = "";
  const all = (async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
    return text;
  })();
  return { soFar: () => text, all };
}

function stop(pid: number): void {
  try {
    Deno.kill(pid, "SIGTERM");
  } catch {
    // It has ended meanwhile.
  }
}

async function patiently(client: Deno.HttpClient, url: string, isOver: () => boolean): Promise<Response> {
  for (const end = Date.now() + 1000 * PATIENCE;;) {
    try {
      return await fetch(url, { client });
    } catch (error) {
      if (isOver() || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for await (const { name } of Deno.readDir(folder)) size += (await Deno.stat(`${folder}/${name}`)).size;
  return size;
}

function readme(host: Host, names: readonly string[], steps: readonly string[]): string {
  return `# ${names.join(", ")}

A service of posterior draws for ${host}, written by \`likely deploy\`.

\`\`\`sh
${steps.join("\n")}
\`\`\`

\`GET /openapi.json\` says how to ask it.
`;
}
