// `likely deploy`.

import { console } from "./_console.ts";
import { basename, dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { handler, type HandlerOptions, type Surrogate } from "@likely/edge";
import { contractOf, exampleOf } from "./_host_contract.ts";
import type { HostFiles } from "./_host_files.ts";
import { type Host, hostFiles, HOSTS } from "./_hosts.ts";
import { answerFrom } from "./_running_host.ts";
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
        "with a README. It is started on this machine and asked, before the command says that it is done: by " +
        "deno, by node, by npx with workerd or Vercel's edge-runtime, or by Chromium, which is on the path or " +
        "named by LIKELY_CHROMIUM. For browser the folder is of static files, a module and a service worker.",
    ),
    "",
    ...wrap(
      "Permissions: --allow-read, --allow-write, --allow-run, --allow-net=127.0.0.1; for browser " +
        "--allow-env=LIKELY_CHROMIUM where Chromium is not on the path.",
    ),
  ],
  examples: [
    "likely deploy flu.safetensors --host cloudflare --out flu-worker",
    "likely deploy flu.safetensors moons.safetensors --host node --out service",
    "likely deploy flu.safetensors --host browser --out site/flu",
  ],
  run,
};

/** What hosts' own tools put beside what is written. */
const TOOLS = [".vercel", ".gitignore", ".env.local"];
/** What an own folder may hold at its top, models aside. */
const OWN = [
  ...["README.md", "service.js", "kernels.wasm"],
  ...["worker.js", "wrangler.toml", "workerd.capnp", "main.js", "server.mjs", "package.json", "edge.mjs"],
  ...["surrogate.js", "service-worker.js", "index.html"],
  ...TOOLS,
];
/** Tells an own folder, in its README. */
const MARK = "written by `likely deploy`";

async function run(args: Arguments): Promise<void> {
  const host = args.choice("host", HOSTS)!;
  const out = args.required("out");
  if (host === "browser" && args.has("origin")) {
    args.refuse("--origin must be left out with --host browser, where the pages that ask also answer");
  }
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
    entries: new RegExp(`^(${OWN.map(RegExp.escape).join("|")}|.+\\.safetensors)$`),
    isOne: async (path) => (await Deno.readTextFile(`${path}/README.md`).catch(() => "")).includes(MARK),
  });
  const read = await Promise.all(paths.map(openModel));
  const models = read.map(({ bytes, surrogate }, i) => {
    return { name: names[i]!, bytes, question: exampleOf(surrogate) };
  });
  const surrogates = Object.fromEntries(read.map(({ surrogate }, i) => [names[i]!, surrogate]));
  const options = originsOf(args);
  const plan = await hostFiles(host, {
    models,
    service: await bundled(),
    kernels: await kernelsFile(),
    options,
  });
  await writeFolder(out, { "README.md": readme(host, names, plan), ...plan.files });
  const contents = Object.values(plan.files);
  const size = contents.reduce((sum, content) => sum + new Blob([content as BlobPart]).size, 0);
  console.log(`${out}: ${names.join(", ")} for ${host}, ${kilobytes(size)}`);
  if (plan.limit) await tellLimit(contents, plan.limit);
  if (args.flag("no-try")) return console.log("  not tried, as --no-try says");
  await tried(out, plan, surrogates, options);
  console.log(`  started and asked on this machine: its answers are those of the library`);
  for (const step of plan.steps) console.log(`  ${step}`);
}

/** Writes all files, and takes away what an earlier command wrote and this one did not. */
async function writeFolder(out: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  await Deno.remove(`${out}/.vercel/output`, { recursive: true }).catch(() => {});
  for await (const { name } of Deno.readDir(out)) {
    if (!TOOLS.includes(name) && !(name in files)) await Deno.remove(`${out}/${name}`);
  }
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(`${out}/${dirname(path)}`, { recursive: true });
    await writeOutput(`${out}/${path}`, content);
  }
}

/** Says so where the host's smallest plan does not take the folder. */
async function tellLimit(
  contents: readonly (string | Uint8Array)[],
  { bytes, whose }: NonNullable<HostFiles["limit"]>,
): Promise<void> {
  const all = new Blob(contents as BlobPart[]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = (await new Response(all).arrayBuffer()).byteLength;
  const size = `${kilobytes(packed)} with gzip`;
  console.log(packed <= bytes ? `  ${size}` : `  ${size}, more than the ${kilobytes(bytes)} of ${whose}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
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
  plan: HostFiles,
  surrogates: Readonly<Record<string, Surrogate>>,
  options: HandlerOptions,
): Promise<void> {
  const library = handler(served(surrogates), options);
  await using running = await plan.start(out);
  for (const { path, ...init } of contractOf(surrogates)) {
    const ours = await answerFrom(await library(new Request(`http://localhost${path}`, init)));
    for (const theirs of await running.ask({ path, ...init })) {
      const isSame = theirs.status === ours.status && theirs.type === ours.type &&
        theirs.body.length === ours.body.length && theirs.body.every((byte, i) => byte === ours.body[i]);
      if (isSame) continue;
      throw new Error(
        `Cannot deploy ${out} as the host must answer ${init.method ?? "GET"} ${path} as the library does: ` +
          `status ${theirs.status}, ${theirs.body.length} bytes beside ${ours.status}, ${ours.body.length} bytes`,
      );
    }
  }
}

function readme(host: Host, names: readonly string[], { steps, notes = [] }: HostFiles): string {
  return `# ${names.join(", ")}

A service of posterior draws for ${host}, ${MARK}.

\`\`\`sh
${steps.join("\n")}
\`\`\`

${[...notes, "`GET /openapi.json` says how to ask it."].join("\n")}
`;
}
