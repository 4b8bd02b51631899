// The observation, to be changed: a slider and a field for every number, or text.

import { element } from "./_element.ts";
import { numberInput } from "./_number_input.ts";
import { readRows, writeRows } from "./_read_rows.ts";
import type { About } from "./_protocol.ts";

/** Wider observations are text. */
const MOST_SLIDERS = 24;

/** Where x is changed. */
export interface XInputs {
  readonly node: HTMLElement;
  /** Sliders or text; absent where there are no sliders. */
  readonly toggle?: HTMLElement;
  /** The rows; throws where the inputs hold none. */
  rows(): number[][];
  show(rows: readonly (readonly number[])[]): void;
}

/** Makes them for a surrogate. */
export function xInputs({ columns, takesRows }: About, changed: () => void): XInputs {
  const expected = { width: columns.length, many: takesRows };
  const hasSliders = columns.length <= MOST_SLIDERS;
  const inputs = hasSliders
    ? columns.map((column, j) => numberInput({ ...column, label: `x[${j}]` }, changed))
    : [];
  const sliders = element("div", { class: "numbers" }, inputs.map(({ node }) => node));
  const text = element("textarea", { id: "x-text", rows: 6, spellcheck: "false" });
  const hint = takesRows
    ? "One observation of the same parameters a line, commas between its numbers."
    : "Commas or spaces between the numbers.";
  const asText = element("div", { class: "as-text" }, [
    element("label", { for: "x-text" }, [`x, ${columns.length} numbers`]),
    text,
    element("p", { class: "faint" }, [hint]),
  ]);
  const toggle = element("button", { type: "button", "aria-pressed": "false" }, ["As text"]);
  let isText = false;
  const set = (wanted: boolean) => {
    isText = wanted;
    [sliders.hidden, asText.hidden] = [wanted, !wanted];
    toggle.setAttribute("aria-pressed", String(wanted));
  };
  const rows = () => {
    if (isText) return readRows(text.value, expected);
    const row = inputs.map((input) => input.value());
    const bad = row.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return [row];
    throw new TypeError(`Cannot draw as x[${bad}] must be a number: it is none`);
  };
  const show = (given: readonly (readonly number[])[]) => {
    text.value = writeRows(given);
    if (given.length === 1) inputs.forEach((input, j) => input.show(given[0]![j]!));
    set(isText || !hasSliders || given.length > 1);
  };
  text.addEventListener("input", changed);
  toggle.addEventListener("click", () => {
    let given: number[][];
    try {
      given = rows();
    } catch {
      return changed(); // It says what is wrong.
    }
    if (isText && given.length > 1) return;
    set(!isText);
    show(given);
  });
  set(!hasSliders);
  return {
    node: element("div", {}, [sliders, asText]),
    ...(hasSliders && { toggle }),
    rows,
    show,
  };
}
