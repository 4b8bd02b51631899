// Where the surrogate lives: opens the file and draws, off the thread that the page is drawn on.

import { key, points } from "@likely/core";
import { kernels } from "@likely/edge/kernels";
import { openSurrogate, type Surrogate } from "@likely/edge/open-surrogate";
import { byNuts } from "@likely/posteriors/by-nuts";
import { condition } from "@likely/posteriors/condition";
import { about } from "./_about.ts";
import type { Drawn, Question, Said, Told } from "./_protocol.ts";

/** Draws of the first picture. */
const DRAFT = 200;
/** As of the service. */
const CHAINS = { chains: 4, warmup: 200 };

let surrogate: Surrogate | undefined;
/** Chains cost the same for few draws as for many: no draft then. */
let needsChains = false;
let current = new AbortController();

const scope = self as unknown as Worker;

scope.onmessage = ({ data }: MessageEvent<Told>) => {
  // A newer question overtakes an older one.
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const work = data.kind === "open" ? open(data) : answer(data, signal);
  work.catch((error: unknown) => {
    if (signal.aborted) return;
    say({ kind: "failed", id: data.id, message: error instanceof Error ? error.message : String(error) });
  });
};

async function open({ id, bytes }: Told & { kind: "open" }): Promise<void> {
  surrogate = await openSurrogate(bytes, kernels);
  needsChains = false;
  say({ kind: "opened", id, about: about(surrogate.artifact) });
}

async function answer({ id, question }: Told & { kind: "ask" }, signal: AbortSignal): Promise<void> {
  // What has come meanwhile is read first.
  await pause();
  if (signal.aborted || !surrogate) return;
  const start = performance.now();
  const posterior = await conditioned(surrogate, question, signal);
  try {
    const isWhole = needsChains || question.draws <= DRAFT;
    const counts = isWhole ? [question.draws] : [DRAFT, question.draws];
    for (const n of counts) {
      const drawn = await posterior.sample(key(question.seed), n);
      if (signal.aborted) return;
      needsChains = !["direct", "importance"].includes(drawn.info.sampler);
      const { names, warnings, info, chains } = drawn;
      const values = drawn.values.slice();
      const { sampler, kHat } = info;
      const milliseconds = performance.now() - start;
      say({
        kind: "drawn",
        id,
        drawn: {
          ...{ names, chains, values, warnings, sampler, milliseconds, isDraft: n < question.draws },
          ...(typeof kHat === "number" && Number.isFinite(kHat) && { kHat }),
        } satisfies Drawn,
      }, [values.buffer]);
      await pause();
      if (signal.aborted) return;
    }
  } finally {
    posterior[Symbol.dispose]();
  }
}

async function conditioned({ artifact, engine }: Surrogate, { x, beta }: Question, signal: AbortSignal) {
  const rows = points(Float64Array.from(x.flat()), x[0]!.length);
  return await condition(artifact, rows, {
    sampledBy: byNuts,
    engine,
    sampler: "importance",
    ...CHAINS,
    ...(beta !== undefined && { beta }),
    signal,
  });
}

function say(said: Said, moved: Transferable[] = []): void {
  scope.postMessage(said, moved);
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}
