// UM-Bridge servers for tests, on loopback: as the protocol says, and as it does not.

/** A model as a server offers it. */
export interface OfferedModel {
  readonly inputSizes: readonly number[] | ((config: Config) => unknown);
  readonly outputSizes: readonly number[] | ((config: Config) => unknown);
  /** Lists, or an answer as it stands. */
  readonly evaluate?: (inputs: Inputs, config: Config, request: Request) => unknown;
  readonly gradient?: (asked: Asked) => unknown;
  readonly applyJacobian?: (asked: Asked) => unknown;
  readonly applyHessian?: (asked: Asked) => unknown;
}

export type Config = Record<string, unknown>;
/** One list for each input. */
// deno-lint-ignore no-explicit-any -- as many as the test sent
export type Inputs = any;
// deno-lint-ignore no-explicit-any -- what a client sent
export type Asked = Record<string, any>;

/** A request that came. */
export interface Seen {
  readonly path: string;
  readonly text: string;
  readonly headers: Headers;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
}

/** Serves models; `before` may answer in their place. */
export function serveModels(
  models: Readonly<Record<string, OfferedModel>>,
  before: (path: string, request: Request) => unknown = () => undefined,
): TestServer {
  const seen: Seen[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    const text = await request.text();
    seen.push({ path, text, headers: request.headers });
    return toResponse(await before(path, request) ?? await answer(models, path, text, request));
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(
  models: Readonly<Record<string, OfferedModel>>,
  path: string,
  text: string,
  request: Request,
): Promise<unknown> {
  if (path === "/Info") return { protocolVersion: 1.0, models: Object.keys(models) };
  const asked: Asked = JSON.parse(text);
  const model = models[asked.name];
  if (!model) return refusal("ModelNotFound", `Model ${asked.name} not found!`, 400);
  const { config = {}, input } = asked;
  const sizes = (of: OfferedModel["inputSizes"]) => typeof of === "function" ? of(config) : of;
  switch (path) {
    case "/ModelInfo":
      return {
        support: {
          Evaluate: !!model.evaluate,
          Gradient: !!model.gradient,
          ApplyJacobian: !!model.applyJacobian,
          ApplyHessian: !!model.applyHessian,
        },
      };
    case "/InputSizes":
      return { inputSizes: await sizes(model.inputSizes) };
    case "/OutputSizes":
      return { outputSizes: await sizes(model.outputSizes) };
    case "/Evaluate":
      return output(await model.evaluate!(input, config, request));
    case "/Gradient":
      return output(await model.gradient!(asked));
    case "/ApplyJacobian":
      return output(await model.applyJacobian!(asked));
    case "/ApplyHessian":
      return output(await model.applyHessian!(asked));
    default:
      return new Response("404: Not Found", { status: 404 });
  }
}

function output(value: unknown): unknown {
  return value instanceof Response || typeof value === "string" ? value : { output: value };
}

/** An error as the protocol has it. */
export function refusal(type: string, message: string, status: number): Response {
  return Response.json({ error: { type, message } }, { status });
}

/** Text goes out as text, as servers in Python send it. */
function toResponse(value: unknown): Response {
  if (value instanceof Response) return value;
  return new Response(typeof value === "string" ? value : JSON.stringify(value), {
    headers: { "content-type": "text/plain" },
  });
}

/** What real servers in Python say when a model throws. */
export function bare500(): Response {
  return new Response("500 Internal Server Error\n\nServer got itself in trouble", { status: 500 });
}

/** Waits until the client has gone; resolves to the time that took in milliseconds. */
export function gone(request: Request): Promise<number> {
  const start = performance.now();
  return new Promise((resolve) =>
    request.signal.addEventListener("abort", () => resolve(performance.now() - start))
  );
}

/** A server that speaks bytes: one answer for each connection, which then ends; undefined: at once. */
export function serveBytes(answers: (request: string) => string | undefined): TestServer {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const seen: Seen[] = [];
  const loop = (async () => {
    for await (const connection of listener) {
      const bytes = new Uint8Array(4096);
      const read = await connection.read(bytes).catch(() => null);
      const text = new TextDecoder().decode(bytes.subarray(0, read ?? 0));
      seen.push({ path: text.split(" ")[1] ?? "", text, headers: new Headers() });
      const said = answers(text);
      if (said !== undefined) await connection.write(new TextEncoder().encode(said)).catch(() => 0);
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await loop;
    },
  };
}

/** An answer in bytes. */
export function bytesOf(value: unknown): string {
  const text = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}
