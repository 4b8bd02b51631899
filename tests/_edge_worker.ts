// A worker with surrogates in it, as hosts take one: bundled, and with the files' bytes put in.

import { handler, kernels, openSurrogate } from "@likely/edge";

declare const FLOW: string;
declare const RATIO: string;
declare const MIXED: string;

const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
let answer: Promise<(request: Request) => Promise<Response>> | undefined;

async function open(): Promise<(request: Request) => Promise<Response>> {
  const [flow, ratio, mixed] = [
    await openSurrogate(bytes(FLOW), kernels),
    await openSurrogate(bytes(RATIO), kernels),
    await openSurrogate(bytes(MIXED), kernels),
  ];
  return handler({ flow, ratio, mixed }, { sampling: { chains: 2, warmup: 50 } });
}

export default { fetch: async (request: Request) => await (await (answer ??= open()))(request) };
