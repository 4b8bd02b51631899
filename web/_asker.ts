// The page's end of the worker: what is no longer of interest is not heard.

import type { About, Drawn, Question, Said, Told } from "./_protocol.ts";

/** Who is told what. */
export interface Listeners {
  opened(about: About): void;
  drawn(drawn: Drawn, question: Question, asked: number): void;
  failed(message: string): void;
}

/** Whom to ask. */
export interface Asker {
  open(bytes: Uint8Array<ArrayBuffer>): void;
  /** Nothing is asked of a surrogate while another is being opened. */
  ask(question: Question): void;
  /** What was asked is no longer of interest. */
  forget(): void;
}

/** Starts the worker. */
export function asker(script: string, { opened, drawn, failed }: Listeners): Asker {
  let id = 0;
  /** The number of the opening that is under way. */
  let opening: number | undefined;
  /** When, and what, by number: the first answer to a question may come when the next is under way. */
  const asked = new Map<number, { readonly question: Question; readonly at: number }>();
  const worker = new Worker(script, { type: "module" });
  worker.onerror = (event) => {
    // What stops the worker from loading has no message of its own.
    failed(
      `Cannot draw as this browser must run the page's worker, with WebAssembly and SIMD: ${
        event.message || "it does not"
      }`,
    );
  };
  worker.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === "failed" && data.id === (opening ?? id)) {
      opening = undefined;
      failed(data.message);
    }
    if (data.kind === "opened" && data.id === opening) {
      opening = undefined;
      opened(data.about);
    }
    if (data.kind !== "drawn") return;
    const found = asked.get(data.id);
    if (!found) return;
    for (const older of asked.keys()) if (older < data.id) asked.delete(older);
    drawn(data.drawn, found.question, found.at);
  };
  const tell = (told: Told, moved: Transferable[] = []) => worker.postMessage(told, moved);
  return {
    open: (bytes) => {
      asked.clear();
      opening = ++id;
      tell({ kind: "open", id, bytes }, [bytes.buffer]);
    },
    ask: (question) => {
      if (opening !== undefined) return;
      asked.set(++id, { question, at: performance.now() });
      tell({ kind: "ask", id, question });
    },
    forget: () => {
      id++;
      asked.clear();
    },
  };
}
