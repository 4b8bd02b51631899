// Who may ask: pages of other origins, and holders of a token.

import { Problem } from "./_problem.ts";

/** Requires the token, where there is one; in a time that does not tell how much of it was right. */
export function requireToken(request: Request, token: string | undefined): void {
  if (token === undefined) return;
  const wanted = new TextEncoder().encode(`Bearer ${token}`);
  const given = new TextEncoder().encode(request.headers.get("authorization") ?? "");
  let different = wanted.length ^ given.length;
  wanted.forEach((byte, i) => different |= byte ^ (given[i] ?? 0));
  if (different === 0) return;
  throw new Problem(401, "Cannot answer as Authorization must be Bearer and the right token", {
    "www-authenticate": "Bearer",
  });
}

/** What a page may do. */
interface Doors {
  readonly origins: "*" | readonly string[];
  readonly isPrivate: boolean;
}

function allowed(request: Request, origins: Doors["origins"]): string | undefined {
  if (origins === "*") return "*";
  const origin = request.headers.get("origin");
  return origin !== null && origins.includes(origin) ? origin : undefined;
}

/** The answer to a browser that asks whether it may ask. */
export function preflight(request: Request, origins: Doors["origins"]): Response {
  const origin = allowed(request, origins);
  if (origin === undefined) return new Response(null, { status: 204, headers: { vary: "origin" } });
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, content-type, if-none-match",
      "access-control-max-age": "86400",
      vary: "origin",
    },
  });
}

/** Lets the page that asked read the answer, and keeps what needs a token out of shared caches. */
export function allowOrigin(request: Request, response: Response, { origins, isPrivate }: Doors): Response {
  const origin = allowed(request, origins);
  const headers = new Headers(response.headers);
  if (origin !== undefined) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", "etag, likely-columns, likely-warnings");
  }
  headers.append("vary", "accept, origin");
  headers.set("x-content-type-options", "nosniff");
  const cache = headers.get("cache-control");
  if (isPrivate && cache?.startsWith("public")) {
    headers.set("cache-control", cache.replace("public", "private"));
  }
  const body = request.method === "HEAD" ? null : response.body;
  return new Response(body, { status: response.status, headers });
}
