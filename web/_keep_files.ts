import { CACHE } from "./_cache.ts";

/** What it takes to train is there without a network, too: beside what the service worker keeps for everybody. */
export async function keepFiles(): Promise<void> {
  await navigator.serviceWorker?.ready;
  const cache = await caches.open(CACHE);
  await cache.addAll(await (await fetch("training/files.json")).json());
}
