import { byId } from "./_by_id.ts";
import { element } from "./_element.ts";

/** Says what went wrong; nothing where nothing did. */
export function alarm(...messages: readonly string[]): void {
  const now = byId("alert");
  if (now.textContent === messages.join("")) return;
  now.replaceChildren(...messages.map((text) => element("p", {}, [text])));
}
