// A page in Chromium as a host: it asks the service worker of its folder, and the module of it.

import { findChromium } from "./_chromium.ts";
import type { HostAnswer, HostQuestion, RunningHost } from "./_running_host.ts";

/** Milliseconds that the page has for an answer. */
const PATIENCE = 60_000;

/** Where the folder is, and where the page is told what to ask. */
const FOLDER = "/service/";
const NEXT = "/next";

/** In the page: hands in what was said and is told what to ask next. */
const ASKING = `<script type="module">
const hand = async (said) => await (await fetch("${NEXT}", { method: "POST", body: JSON.stringify(said) })).json();
async function heard(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get("content-type"), body: Array.from(bytes) };
}
// What the page itself fails at is why it has no worker.
const broken = new Promise((_, reject) => {
  addEventListener("error", ({ message }) => reject(new Error(message)));
  addEventListener("unhandledrejection", ({ reason }) => reject(reason));
  setTimeout(() => reject(new Error("its service worker has not taken over")), 50_000);
});
const workers = navigator.serviceWorker;
const taken = new Promise((resolve) => workers.addEventListener("controllerchange", resolve));
try {
  const { answer } = await import("./surrogate.js");
  await Promise.race([workers.controller ?? taken, broken]);
  for (let said = { answers: [] };;) {
    const { path, ...init } = await hand(said);
    const address = new URL("." + path, location.href);
    said = { answers: [await heard(await fetch(address, init)), await heard(await answer(address, init))] };
  }
} catch (error) {
  await hand({ error: error.message });
}
</script>`;

interface Said {
  readonly answers?: readonly (Omit<HostAnswer, "body"> & { readonly body: readonly number[] })[];
  readonly error?: string;
}

/** Opens the page of the folder in Chromium. */
export async function startPage(folder: string): Promise<RunningHost> {
  const program = await findChromium();
  if (program === undefined) {
    throw new Error(
      `Cannot try ${folder} as Chromium must be installed, or named by LIKELY_CHROMIUM with ` +
        "--allow-env=LIKELY_CHROMIUM: it is not; --no-try leaves that out",
    );
  }
  let said = Promise.withResolvers<Said>();
  let next = Promise.withResolvers<HostQuestion>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== NEXT) return await fileOf(folder, pathname);
    said.resolve(await request.json());
    const question = await next.promise;
    next = Promise.withResolvers();
    return Response.json(question);
  });
  const profile = await Deno.makeTempDir();
  const url = `http://127.0.0.1:${server.addr.port}${FOLDER}`;
  // It opens this folder and nothing else: without a sandbox it runs for root, too.
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"];
  const child = new Deno.Command(program, {
    args: [...args, `--user-data-dir=${profile}`, url],
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  const ended = child.status.then(() => ({ error: `${program} has ended` }));
  async function hear(): Promise<readonly HostAnswer[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<Said>((resolve) => {
      timer = setTimeout(() => resolve({ error: "there was no answer for a minute" }), PATIENCE);
    });
    const { answers, error } = await Promise.race<Said>([said.promise, ended, late]);
    clearTimeout(timer);
    if (!answers) throw new Error(`Cannot ask a page of Chromium as it must work: ${error}`);
    return answers.map(({ body, ...rest }) => ({ ...rest, body: new Uint8Array(body) }));
  }
  async function end(): Promise<void> {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended meanwhile.
    }
    await child.status;
    // Whoever waits for a question waits no more.
    next.resolve({ path: "/" });
    await server.shutdown();
    await removed(profile);
  }
  try {
    await hear();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    ask: async (question) => {
      said = Promise.withResolvers();
      next.resolve(question);
      return await hear();
    },
    [Symbol.asyncDispose]: end,
  };
}

const TYPES: Readonly<Record<string, string>> = { html: "text/html; charset=utf-8", js: "text/javascript" };

/** As any web server would: the type alone matters, and only for scripts and pages. */
async function fileOf(folder: string, pathname: string): Promise<Response> {
  if (!pathname.startsWith(FOLDER)) return new Response("not found", { status: 404 });
  const name = pathname === FOLDER ? "index.html" : pathname.slice(FOLDER.length);
  try {
    const content = await Deno.readFile(`${folder}/${name}`);
    const type = TYPES[name.split(".").at(-1)!] ?? "application/octet-stream";
    const body = pathname === FOLDER ? new TextDecoder().decode(content) + ASKING : content;
    return new Response(body, { headers: { "content-type": type } });
  } catch {
    return new Response("not found", { status: 404 });
  }
}

/** Helpers of the browser may still write for a moment. */
async function removed(folder: string): Promise<void> {
  for (let tries = 50; tries > 0; tries--) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
