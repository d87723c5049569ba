/** Dice that fall the same way for the same seed. */
export interface Random {
  /** 0 up to, not including, 1. */
  next(): number;
  between(least: number, most: number): number;
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  /** Spread evenly over the orders of magnitude. */
  magnitude(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  /** Picks a name by its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** Other dice, that do not depend on how often these have been thrown. */
  fork(purpose: string): Random;
}

/** Makes dice from a seed. What uses dice for a purpose of its own forks them, so that one purpose does not disturb another. */
export function createRandom(seed: string): Random {
  let state = hash(seed);

  function next(): number {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  }

  const between = (least: number, most: number) => least + (most - least) * next();
  const integer = (least: number, most: number) => Math.floor(between(least, most + 1));

  return {
    next,
    between,
    integer,
    magnitude: (least, most) => Math.exp(between(Math.log(least), Math.log(most))),
    chance: (probability) => next() < probability,
    pick<Value>(values: readonly Value[]) {
      const [value] = values.slice(integer(0, values.length - 1));
      if (value === undefined) throw new RangeError('there is nothing to pick from');
      return value;
    },
    weighted<Name extends string>(weights: Readonly<Record<Name, number>>) {
      const names = Object.keys(weights) as Name[];
      let rest = next() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        rest -= weights[name];
        if (rest < 0) return name;
      }
      throw new RangeError('there is nothing to pick from');
    },
    fork: (purpose) => createRandom(`${seed}/${purpose}`),
  };
}

function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x0100_0193);
  }
  return value;
}
