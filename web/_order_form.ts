// What is to be trained, as a form and in the address.

import { byId } from "./_by_id.ts";
import type { KnownTask } from "./_known_tasks.ts";
import type { TrainingEngine, TrainingOrder } from "./_training_protocol.ts";
import { wholeNumber } from "./_whole_number.ts";

const FIELDS = ["task", "simulations", "seed", "engine"] as const;

/** The form of `train.html`. */
export interface OrderForm {
  /** What it says; throws where that is nothing that could be trained. */
  order(): TrainingOrder;
  /** Puts what it says in the address. */
  show(): void;
}

/** Fills the form in from the address; `ordered` is told when it is sent. */
export function orderForm(ordered: () => void): OrderForm {
  const form = byId<HTMLFormElement>("order");
  const field = (name: typeof FIELDS[number]) =>
    form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  const number = (name: "simulations" | "seed", what: string) =>
    wholeNumber("train", what, field(name) as HTMLInputElement);
  const introduce = () => {
    const [option] = (field("task") as HTMLSelectElement).selectedOptions;
    byId("about-task").textContent = option!.dataset.about!;
  };
  const query = new URLSearchParams(location.search);
  for (const name of FIELDS) {
    const [wanted, input] = [query.get(name), field(name)];
    // What is none of a choice, or none yet, is not taken.
    const isChoice = input instanceof HTMLInputElement ||
      [...input.options].some(({ value, disabled }) => value === wanted && !disabled);
    if (wanted !== null && isChoice) input.value = wanted;
  }
  introduce();
  field("task").addEventListener("change", introduce);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ordered();
  });
  return {
    order: () => ({
      task: field("task").value as KnownTask,
      simulations: number("simulations", "Simulations"),
      seed: number("seed", "Seed"),
      engine: field("engine").value as TrainingEngine,
    }),
    show: () => {
      const now = new URLSearchParams(FIELDS.map((name) => [name, field(name).value]));
      history.replaceState(null, "", `?${now}`);
    },
  };
}
