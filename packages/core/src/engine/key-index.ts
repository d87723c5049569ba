/** Finds the row of a key. It keeps the ids only, some six bytes each, and asks whoever owns the rows for their keys. */
export interface KeyIndex {
  find(key: string): number | undefined;
  /** The caller sees to it that the key is not in the index. */
  add(key: string, id: number): void;
  remove(key: string): void;
  /** That many keys are to be expected in all: a part of the index that has to grow makes room for its share of them. */
  reserve(count: number): void;
}

/** Shards grow one at a time, so that none of a million keys waits for all of them to be moved. */
const shardBits = 6;
const mostLoaded = 0.85;
const growth = 1.5;

/** A slot has 27 bits for an id: 134 million rows, which no process holds. */
const idBits = 27;
const idMask = 2 ** idBits - 1;

interface Shard {
  /**
   * Open addressing with linear probing. 0 is empty; others are an id and one, and above it a mark, five bits of the hash:
   * on the way to a key, few others have to be looked at, each of which lies somewhere else in memory.
   */
  slots: Uint32Array;
  size: number;
}

export function createKeyIndex(keyOf: (id: number) => string): KeyIndex {
  const shards: Shard[] = Array.from({ length: 2 ** shardBits }, () => ({
    slots: new Uint32Array(4),
    size: 0,
  }));
  /** How many slots a shard gets at least when it grows. */
  let expectedSlots = 0;
  /** The key that was looked for last, and its hash: who does not find a key adds it next. */
  let soughtKey: string | undefined;
  let soughtHash = 0;
  // Whoever chooses the keys must not be able to choose where they collide.
  const seed = Math.floor(Math.random() * 2 ** 31);

  function shardOf(hash: number): Shard {
    return shards[hash >>> (32 - shardBits)] as Shard;
  }

  /** Where a key stands, or the empty slot where its search ends. */
  function seek({ slots }: Shard, key: string, hash: number): number {
    const mark = toMark(hash);
    let slot = toHome(hash, slots.length);
    for (;;) {
      const entry = slots[slot] ?? 0;
      if (entry === 0 || (entry >>> idBits === mark && keyOf(toId(entry)) === key)) return slot;
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    }
  }

  function place(slots: Uint32Array, id: number, hash: number): void {
    let slot = toHome(hash, slots.length);
    while (slots[slot] !== 0) slot = slot + 1 === slots.length ? 0 : slot + 1;
    slots[slot] = (toMark(hash) << idBits) | (id + 1);
  }

  function grow(shard: Shard): void {
    const slots = new Uint32Array(Math.max(Math.ceil(shard.slots.length * growth) + 1, expectedSlots));
    for (const entry of shard.slots) {
      if (entry !== 0) place(slots, toId(entry), toHash(keyOf(toId(entry)), seed));
    }
    shard.slots = slots;
  }

  /** Closes the gap, so that no search ends too early: moves up whoever is past its home because of it. */
  function close(slots: Uint32Array, emptied: number): void {
    let gap = emptied;
    let slot = gap;
    for (;;) {
      slot = slot + 1 === slots.length ? 0 : slot + 1;
      const entry = slots[slot] ?? 0;
      if (entry === 0) break;
      const home = toHome(toHash(keyOf(toId(entry)), seed), slots.length);
      const isBetween = gap < slot ? gap < home && home <= slot : gap < home || home <= slot;
      if (isBetween) continue;
      slots[gap] = entry;
      gap = slot;
    }
    slots[gap] = 0;
  }

  return {
    find(key) {
      const hash = toHash(key, seed);
      soughtKey = key;
      soughtHash = hash;
      const shard = shardOf(hash);
      const entry = shard.slots[seek(shard, key, hash)] ?? 0;
      return entry === 0 ? undefined : toId(entry);
    },
    add(key, id) {
      const hash = key === soughtKey ? soughtHash : toHash(key, seed);
      const shard = shardOf(hash);
      if (shard.size + 1 > shard.slots.length * mostLoaded) grow(shard);
      place(shard.slots, id, hash);
      shard.size += 1;
    },
    remove(key) {
      const hash = toHash(key, seed);
      const shard = shardOf(hash);
      const slot = seek(shard, key, hash);
      if (shard.slots[slot] === 0) return;
      close(shard.slots, slot);
      shard.size -= 1;
    },
    reserve(count) {
      const mean = count / shards.length;
      // Shards differ by chance; four standard deviations are enough for nearly all.
      expectedSlots = Math.ceil((mean + 4 * Math.sqrt(mean)) / mostLoaded);
    },
  };
}

/** The lower bits of a hash, spread over any number of slots; the upper ones have chosen the shard. */
function toHome(hash: number, slotCount: number): number {
  return (hash & 0xffffff) % slotCount;
}

/** Bits that neither choose the shard nor say much about the home. */
function toMark(hash: number): number {
  return (hash >>> 21) & 31;
}

function toId(entry: number): number {
  return (entry & idMask) - 1;
}

/** FNV-1a over the characters, with the bits mixed at the end as murmur does it. */
function toHash(key: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
