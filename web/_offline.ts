// Keeps the page for when there is no network: what was loaded once is loaded from the cache then.

import { CACHE } from "./_cache.ts";

/** What the page is made of; that which trains keeps its own files, as not everybody trains. */
const PAGE = ["./", "style.css", "app.js", "worker.js", "predict.js"];

/** What a service worker has that the types of pages do not know. */
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: string, listener: (event: ExtendedEvent) => void): void;
}

interface ExtendedEvent {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;

scope.addEventListener("install", (event) => event.waitUntil(keep()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  // A model that was trained on another page has an address that begins with blob: and the same origin.
  if (request.method !== "GET" || !request.url.startsWith(`${location.origin}/`)) return;
  event.respondWith(answer(request));
});

async function keep(): Promise<void> {
  await (await caches.open(CACHE)).addAll(PAGE);
  await scope.skipWaiting();
}

/** The network's answer, which is the newest; without a network the last one. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  // The page is the same whatever its address asks.
  const name = request.mode === "navigate" ? request.url.replace(/[?#].*$/, "") : request.url;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(name, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(name);
    if (kept) return kept;
    throw error;
  }
}
