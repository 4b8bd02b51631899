import { alarm } from "./_alarm.ts";
import { byId } from "./_by_id.ts";
import { missing } from "./_missing.ts";

/** Starts a page, or says what the browser lacks of what it needs; keeps it for when there is no network. */
export function begin(start: () => void): void {
  byId("unstarted").remove();
  const lacks = missing();
  alarm(...lacks);
  if (lacks.length > 0) return;
  start();
  // Without it the page is as good while there is a network.
  navigator.serviceWorker?.register("offline.js").catch(() => {});
}
