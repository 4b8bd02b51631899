// Chromium for tests of the page, and a web server for its folder.

import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The path of Chromium: `LIKELY_CHROMIUM`, or one that is on the path; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const name of [Deno.env.get("LIKELY_CHROMIUM"), ...NAMES]) {
    if (name === undefined) continue;
    try {
      const { success } = await new Deno.Command(name, { args: ["--version"] }).output();
      if (success) return name.includes("/") ? name : await pathOf(name);
    } catch {
      // Not that one.
    }
  }
  return undefined;
}

async function pathOf(name: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const found = await Deno.stat(`${folder}/${name}`).catch(() => undefined);
    if (found?.isFile) return `${folder}/${name}`;
  }
  return undefined;
}

/** Starts it. */
export async function openBrowser(executablePath: string, args: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
};

/** The plainest of web servers: no header but the type, so no cross-origin isolation. */
export function serveFolder(folder: string): { readonly url: string; stop(): Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    try {
      const body = await Deno.readFile(`${folder}${name}`);
      const type = TYPES[name.split(".").at(-1)!] ?? "application/octet-stream";
      return new Response(body, { headers: { "content-type": type } });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, stop: () => server.shutdown() };
}
