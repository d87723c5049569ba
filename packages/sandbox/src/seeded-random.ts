const digitsAndLetters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const hexDigits = '0123456789abcdef';

/** A stream of numbers and ids that depends on its seed and label only. */
export interface SeededRandom {
  /** A number from 0 up to, and without, 1. */
  fraction(): number;
  /** A whole number from `lowest` to `highest`, both included. */
  integer(lowest: number, highest: number): number;
  /** Letters and digits. */
  text(length: number): string;
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A UUID of version 4. */
  uuid(): string;
}

/**
 * Creates the stream of one seed and one label. Every provider draws from a label of its own, so that
 * adding a migration at one never changes the ids of another.
 */
export function createSeededRandom(seed: number, label: string): SeededRandom {
  let state = hashOf(`${seed}/${label}`);

  /** mulberry32: 32 bits of state, good enough for ids and durations, and the same on every machine. */
  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function integer(lowest: number, highest: number): number {
    return lowest + Math.floor(fraction() * (highest - lowest + 1));
  }

  function drawFrom(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(integer(0, alphabet.length - 1))).join('');
  }

  function uuid(): string {
    const variant = drawFrom('89ab', 1);
    return `${drawFrom(hexDigits, 8)}-${drawFrom(hexDigits, 4)}-4${drawFrom(hexDigits, 3)}-${variant}${drawFrom(hexDigits, 3)}-${drawFrom(hexDigits, 12)}`;
  }

  return {
    fraction,
    integer,
    text: (length) => drawFrom(digitsAndLetters, length),
    hex: (length) => drawFrom(hexDigits, length),
    uuid,
  };
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
