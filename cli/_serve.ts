// `likely serve`.

import { console } from "./_console.ts";
import { basename, extname } from "node:path";
import { handler, type HandlerOptions, type Surrogate } from "@likely/edge";
import { onInterrupt } from "./_interrupt.ts";
import { readFile } from "./_input.ts";
import { type Arguments, type Command, UsageError, wrap } from "./_options.ts";
import { openModel, originsOf, served } from "./_served_models.ts";

/** The command. */
export const serveCommand: Command = {
  name: "serve",
  summary: "Answers HTTP requests for posterior draws of models.",
  positionals: [],
  rest: "model",
  options: {
    port: { value: "number", help: "where to listen; 0 for any that is free", default: "8080" },
    host: { value: "address", help: "on which address; 0.0.0.0 for all", default: "127.0.0.1" },
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
    "Permissions: --allow-read, --allow-net.",
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
  const hostname = args.required("host");
  const paths = args.positionalsFrom(0);
  const names = paths.map((path) => basename(path, extname(path)));
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  if (twin !== undefined) args.refuse(`models must have different names: there are two of "${twin}"`);
  const options = await optionsOf(args);
  let answer = handler(await openAll(paths, names), options);
  using interrupt = onInterrupt();
  using _watching = args.flag("watch")
    ? watch(paths, async () => {
      answer = handler(await openAll(paths, names), options);
    })
    : undefined;
  const log = args.flag("access-log");
  const server = listen({ port, hostname }, async (request) => {
    const start = performance.now();
    const response = await answer(request);
    if (log) console.log(entry(request, response, performance.now() - start));
    return response;
  });
  const { hostname: at, port: on } = server.addr as Deno.NetAddr;
  console.error(`Listening on http://${at.includes(":") ? `[${at}]` : at}:${on}/: ${names.join(", ")}`);
  const stop = () => void server.shutdown();
  interrupt.signal.addEventListener("abort", stop);
  await server.finished;
  console.error("Stopped: what was asked has been answered");
}

async function optionsOf(args: Arguments): Promise<HandlerOptions> {
  const path = args.text("token");
  const token = path === undefined
    ? undefined
    : await readFile(path, (bytes) => new TextDecoder().decode(bytes).trim());
  if (token === "") throw new Error(`Cannot take a token from ${path} as it must hold one: it is empty`);
  return {
    ...originsOf(args),
    ...(token !== undefined && { token }),
    onError: (error) => console.error(`error: ${error instanceof Error ? error.message : String(error)}`),
  };
}

async function openAll(
  paths: readonly string[],
  names: readonly string[],
): Promise<Surrogate | Record<string, Surrogate>> {
  const all: Record<string, Surrogate> = {};
  for (const [i, path] of paths.entries()) all[names[i]!] = (await openModel(path)).surrogate;
  return served(all);
}

function listen(
  { port, hostname }: { readonly port: number; readonly hostname: string },
  answer: (request: Request) => Promise<Response>,
): Deno.HttpServer {
  try {
    return Deno.serve({ port, hostname, onListen: () => {} }, answer);
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

function entry({ method, url }: Request, { status }: Response, milliseconds: number): string {
  const { pathname } = new URL(url);
  return JSON.stringify({
    time: new Date().toISOString(),
    method,
    path: pathname,
    status,
    milliseconds: Number(milliseconds.toFixed(1)),
  });
}
