// Questions that every host must answer alike, and what was answered.

/** A request as plain data. */
export interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_BODY = { "content-type": "application/json" };
const post = (path: string, body: unknown, headers = {}): Asked => ({
  path,
  method: "POST",
  headers: { ...JSON_BODY, ...headers },
  body: JSON.stringify(body),
});

/** Of three surrogates: `flow` and `ratio` of two moons, and `mixed`, a likelihood with a category. */
export const CONTRACT: readonly Asked[] = [
  { path: "/" },
  { path: "/health" },
  { path: "/openapi.json" },
  { path: "/flow" },
  post("/flow/posterior", { x: [0.1, 0.2], draws: 200, seed: 5, return: ["draws", "summary"] }),
  post("/flow/posterior", { x: [0.1, 0.2], draws: 3000 }, { accept: "text/csv" }),
  post("/flow/posterior", { x: [0.1, 0.2], draws: 3000 }, { accept: "application/octet-stream" }),
  post("/flow/log-density", { x: [0.1, 0.2], theta: [[0, 0], [0.3, -0.4], [9, 9]] }),
  post("/ratio/posterior", { x: [0.1, 0.2], draws: 40, seed: 2 }),
  post("/ratio/log-density", { x: [[0.1, 0.2], [0.3, 0.1]], theta: [[0, 0], [0.3, -0.4]] }),
  post("/mixed/posterior", { x: [1, 0.5], draws: 40, seed: 3 }),
  post("/mixed/log-density", { x: [[1, 0.5], [0, 0.7]], theta: [[0.5, 1, 0.5, 0.2]] }),
  { path: "/flow/posterior?x=0.1,0.2&draws=5&seed=1" },
  { path: "/nowhere" },
  { path: "/flow/posterior", method: "PUT" },
  post("/flow/posterior", { x: [0.1] }),
  post("/flow/posterior", { x: [0.1, 0.2], draws: 1e9 }),
  { path: "/flow/posterior", method: "POST", body: "{", headers: JSON_BODY },
];

/** What a host made of a question: the first digits of the SHA-256 of the answer beside its head. */
export async function answerOf(ask: (request: Asked) => Promise<Response>, asked: Asked): Promise<string> {
  const response = await ask(asked);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
  const digest = [...hash.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [asked.method ?? "GET", asked.path, response.status, response.headers.get("content-type"), digest]
    .join(" ");
}
