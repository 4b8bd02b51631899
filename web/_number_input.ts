// A number with its slider: the field holds the number, the slider a place for it.

import { element } from "./_element.ts";

/** What the slider spans. */
export interface NumberRange {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** Of the slider; the field takes any number. */
  readonly step: number;
  /** The slider moves by ratios: ends are > 0, and `step` is of log10. */
  readonly isLog?: boolean;
}

/** A field and its slider. */
export interface NumberInput {
  readonly node: HTMLElement;
  /** NaN where the field holds no number. */
  value(): number;
  show(value: number): void;
}

/** Makes the two; `changed` is told of what a person does, not of `show`. */
export function numberInput(range: NumberRange, changed: () => void): NumberInput {
  const { label, low, high, step, isLog = false } = range;
  const [to, from] = isLog
    ? [Math.log10, (place: number) => +(10 ** place).toPrecision(3)]
    : [(value: number) => value, (place: number) => place];
  const slider = element("input", {
    ...{ type: "range", min: to(low), max: to(high), step, "aria-label": `${label}, slider` },
  });
  const field = element("input", {
    ...{ type: "number", step: "any", "aria-label": label, inputmode: "decimal", autocomplete: "off" },
  });
  const place = () => {
    const value = field.valueAsNumber;
    field.setAttribute("aria-invalid", String(!Number.isFinite(value)));
    if (!Number.isFinite(value)) return;
    slider.value = String(to(value));
    slider.setAttribute("aria-valuetext", field.value);
  };
  slider.addEventListener("input", () => {
    field.value = String(from(slider.valueAsNumber));
    slider.setAttribute("aria-valuetext", field.value);
    field.setAttribute("aria-invalid", "false");
    changed();
  });
  field.addEventListener("input", () => {
    place();
    changed();
  });
  return {
    node: element("div", { class: "number", role: "group", "aria-label": label }, [
      element("span", { class: "name", "aria-hidden": "true" }, [label]),
      slider,
      field,
    ]),
    value: () => field.valueAsNumber,
    show: (value) => {
      field.value = String(value);
      place();
    },
  };
}
