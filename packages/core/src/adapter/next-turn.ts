/** Taken when this is loaded, because tests replace it together with the timers. */
const setImmediate: unknown = Reflect.get(globalThis, 'setImmediate');

/**
 * Waits until the event loop has gone round, where there is a cheap way to, as in Node. That is when its `fetch` gives a
 * connection back; who sends the next request as soon as an answer is read opens another one for it.
 */
export async function nextTurn(): Promise<void> {
  if (typeof setImmediate !== 'function') return;
  await new Promise((resolve) => setImmediate(resolve));
}
