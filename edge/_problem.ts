// What went wrong, as RFC 9457 wants it told: no stack, no path, one sentence.

/** An answer that is a refusal. */
export class Problem extends Error {
  /** 4xx. */
  readonly status: number;
  /** What else the answer has to say in its head. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authorized",
  404: "Not found",
  405: "Method not allowed",
  406: "Not acceptable",
  408: "Request timeout",
  413: "Content too large",
  415: "Unsupported media type",
  422: "Unprocessable content",
  500: "Internal server error",
};

/** The answer. */
export function problemResponse({ status, message, headers }: Problem): Response {
  const body = { type: "about:blank", title: TITLES[status] ?? "Error", status, detail: message };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      // The rest of a body that is late or too long is not waited for.
      ...([408, 413].includes(status) && { connection: "close" }),
      ...headers,
    },
  });
}
