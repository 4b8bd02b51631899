// What the page's address says, and says after a change: a link to what is seen.

import { readRows } from "./_read_rows.ts";
import type { About, Question } from "./_protocol.ts";

/** A question is put in the address while it is no longer than this. */
const MOST_CHARACTERS = 2000;

/** The address of the model, if there is one. */
export function modelOfAddress(): string | undefined {
  return new URLSearchParams(location.search).get("model") ?? undefined;
}

/** What is asked of it; throws where it is no question for this surrogate. */
export function questionOfAddress({ columns, takesRows }: About): Partial<Question> {
  const query = new URLSearchParams(location.search);
  const x = query.get("x");
  const number = (name: string) => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
    throw new TypeError(`Cannot use the address as ${name} must be a number: current value is "${text}"`);
  };
  const [beta, seed, draws] = [number("beta"), number("seed"), number("draws")];
  return {
    // Rows are apart by semicolons there.
    ...(x !== null && {
      x: readRows(takesRows ? x.replaceAll(";", "\n") : x, { width: columns.length, many: takesRows }),
    }),
    ...(beta !== undefined && { beta }),
    ...(seed !== undefined && { seed }),
    ...(draws !== undefined && { draws }),
  };
}

/** Puts a question in the address, beside where the model is from; a model that was dropped has none. */
export function showInAddress(model: string | undefined, question: Question | undefined): void {
  const query = new URLSearchParams();
  if (model !== undefined) {
    query.set("model", model);
    if (question) {
      query.set("x", question.x.map((row) => row.join(",")).join(";"));
      if (question.beta !== undefined) query.set("beta", String(question.beta));
      query.set("seed", String(question.seed));
      query.set("draws", String(question.draws));
    }
    if (query.toString().length > MOST_CHARACTERS) query.delete("x");
  }
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":");
  history.replaceState(null, "", text === "" ? location.pathname : `?${text}`);
}
