// The service worker: keeps the page for use without a network. It is plain and is not bundled; www/vite.config.mjs puts
// a version and the list of files into it, and writes it beside index.html.
//
// Files in assets/ have their hash in their name: those come from the cache if they are there. The page itself comes
// from the network if there is one. The wasm with threads is kept once it was used: few pages can use it.

/* global BUILD */
const { version, first, later } = BUILD;

const PREFIX = 'aer-wasm-playground-';
const CACHE = PREFIX + version;
const place = (name) => new URL(name, self.registration.scope).href;
const first_places = first.map(place);
const known = new Set([...first, ...later].map(place));
const page = place('./');

self.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    // What the page has just loaded is not loaded again: its hashed files lie in the browser's own cache.
    await cache.addAll(first_places.map((url) => new Request(url, { cache: url.includes('/assets/') ? 'default' : 'no-cache' })));
  };
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

// A new version waits until the user asks for it.
self.addEventListener('message', ({ data }) => data === 'skip waiting' && self.skipWaiting());

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = request.url.split('#')[0];
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && url.split('?')[0].replace(/index\.html$/, '') === page) event.respondWith(open_page(request));
  else if (known.has(url)) event.respondWith(from_cache(request, url));
});

async function open_page(request) {
  try {
    const response = await fetch(request);
    if (response.ok) return response;
  } catch {
    // No network.
  }
  return (await caches.match(page, { ignoreVary: true })) ?? Response.error();
}

async function from_cache(request, url) {
  const kept = await caches.match(url, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const copy = response.clone();
    // A cache that is full costs no more than this.
    caches.open(CACHE).then((cache) => cache.put(url, copy)).catch(() => {});
  }
  return response;
}
