// `likely serve`.

import { console } from "./_console.ts";
import { basename, extname } from "node:path";
import { defaultLimits } from "@likely/edge";
import { type Answerers, startAnswerers } from "./_answerers.ts";
import type { Answering } from "./_answering.ts";
import { onInterrupt } from "./_interrupt.ts";
import { readFile } from "./_input.ts";
import { type Arguments, type Command, UsageError, wrap } from "./_options.ts";
import { openModel, originsOf } from "./_served_models.ts";

/** Each holds the models anew. */
const MOST_THREADS = 64;

/** The command. */
export const serveCommand: Command = {
  name: "serve",
  summary: "Answers HTTP requests for posterior draws of models.",
  positionals: [],
  rest: "model",
  options: {
    port: { value: "number", help: "where to listen; 0 for any that is free", default: "8080" },
    host: { value: "address", help: "on which address; 0.0.0.0 for all", default: "127.0.0.1" },
    threads: { value: "number", help: "how many answer; each holds the models", default: "1" },
    origin: { value: "origins", help: "whose pages may ask, with commas between; * for all" },
    token: { value: "file", help: "a file with what whoever asks must send as bearer token" },
    "access-log": { help: "a line of JSON for every request, on standard output" },
    watch: { help: "take up a model anew when its file changes" },
  },
  notes: [
    ...wrap(
      "One model answers at /posterior and /log-density; several below the names of their files, " +
        "/flu/posterior for flu.safetensors. GET / says what there is, GET /openapi.json how to ask, " +
        "GET /health that it is there. SIGTERM and Ctrl-C let what is under way come to its end.",
    ),
    "",
    "Permissions: --allow-read, --allow-net; with --threads that of 127.0.0.1, too.",
  ],
  examples: [
    "likely serve flu.safetensors",
    "likely serve flu.safetensors moons.safetensors --port 80 --host 0.0.0.0 --access-log",
    `curl localhost:8080/posterior -H 'content-type: application/json' -d '{"x": [0.1, 0.2]}'`,
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const port = args.integer("port", 0)!;
  if (port > 65535) args.refuse(`--port must be a whole number from 0 to 65535: current value is "${port}"`);
  const threads = threadsOf(args);
  const hostname = args.required("host");
  const paths = args.positionalsFrom(0);
  const names = paths.map((path) => basename(path, extname(path)));
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  if (twin !== undefined) args.refuse(`models must have different names: there are two of "${twin}"`);
  const rest = { options: await optionsOf(args), log: args.flag("access-log") };
  const models = async () => ({ ...rest, models: await openAll(paths, names) });
  const answerers = await listen({ port, hostname }, threads, await models());
  using interrupt = onInterrupt();
  using _watching = args.flag("watch")
    ? watch(paths, async () => await answerers.take(await models()))
    : undefined;
  const { hostname: at, port: on } = answerers.address;
  console.error(`Listening on http://${at.includes(":") ? `[${at}]` : at}:${on}/: ${names.join(", ")}`);
  const stopped = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  interrupt.signal.addEventListener("abort", () => {
    answerers.stop().then(stopped.resolve, stopped.reject);
    // Every answer is due by then: who is still there owes the rest of a question, and is not waited for.
    timer = setTimeout(stopped.resolve, defaultLimits.milliseconds + 1000);
  });
  await stopped.promise;
  clearTimeout(timer);
  console.error("Stopped: what was asked has been answered");
}

function threadsOf(args: Arguments): number {
  const threads = args.integer("threads", 1) ?? 1;
  if (threads <= MOST_THREADS) return threads;
  return args.refuse(
    `--threads must be a whole number from 1 to ${MOST_THREADS}: current value is "${threads}"`,
  );
}

async function optionsOf(args: Arguments): Promise<Answering["options"]> {
  const path = args.text("token");
  const token = path === undefined
    ? undefined
    : await readFile(path, (bytes) => new TextDecoder().decode(bytes).trim());
  if (token === "") throw new Error(`Cannot take a token from ${path} as it must hold one: it is empty`);
  return { ...originsOf(args), ...(token !== undefined && { token }) };
}

/** Each is opened here, so that what is wrong with it is told with its path. */
async function openAll(paths: readonly string[], names: readonly string[]): Promise<Answering["models"]> {
  const all: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [i, path] of paths.entries()) all[names[i]!] = (await openModel(path)).bytes;
  return all;
}

async function listen(
  { port, hostname }: { readonly port: number; readonly hostname: string },
  threads: number,
  answering: Answering,
): Promise<Answerers> {
  try {
    return await startAnswerers(threads, { port, hostname }, answering);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Error(`Cannot serve as port ${port} of ${hostname} must be free: it is in use`, {
        cause: error,
      });
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new UsageError(
        `Cannot run "likely serve" as --host must be an address of this machine: current value is "${hostname}"`,
      );
    }
    throw error;
  }
}

/** Files are looked at once a second: watching them means another thing on every system. */
function watch(paths: readonly string[], changed: () => Promise<void>): Disposable {
  const stamp = async () => {
    const found = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
    return JSON.stringify(found.map((file) => [file?.mtime?.getTime(), file?.size]));
  };
  let before: string | undefined;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    const now = await stamp();
    if (before !== undefined && now !== before) {
      await changed().then(
        () => console.error("Models have changed and are taken up anew"),
        (error) => console.error(`warning: models have changed and stay as they were: ${error.message}`),
      );
    }
    before = now;
    busy = false;
  }, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
