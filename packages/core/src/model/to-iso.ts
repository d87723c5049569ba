/** How many times are remembered; a power of two. */
const slotCount = 64;

/** The platform takes half a microsecond to write a time, and rows that were read together ask for the same ones. */
const times = new Float64Array(slotCount).fill(Number.NaN);
const texts = new Array<string>(slotCount).fill('');

/** Epoch milliseconds as ISO 8601 in UTC. */
export function toIso(epochMs: number): string {
  const slot = epochMs & (slotCount - 1);
  const known = texts[slot];
  if (known !== undefined && times[slot] === epochMs) return known;
  const text = new Date(epochMs).toISOString();
  times[slot] = epochMs;
  texts[slot] = text;
  return text;
}
