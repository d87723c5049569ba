/** What an option must be: a test, and the words for what it expects. */
export type OptionRule = readonly [isFit: (value: unknown) => boolean, expected: string];

// Rules that several calls share, each apart, so that a bundle holds only those of what it calls. An option that is left
// out or undefined fits every rule.

export const adapters: OptionRule = [(value) => Array.isArray(value), 'an array of adapters'];
export const clock: OptionRule = [(value) => hasMethods(value, ['now', 'wallTime', 'setTimer']), 'a clock'];
export const count: OptionRule = [
  (value) => Number.isInteger(value) && Number(value) >= 0,
  'a whole number of at least 0',
];
export const flag: OptionRule = [(value) => typeof value === 'boolean', 'true or false'];
export const callback: OptionRule = [(value) => typeof value === 'function', 'a function'];
export const limitMs: OptionRule = [
  (value) => typeof value === 'number' && value > 0,
  'a positive number of milliseconds',
];
export const policy: OptionRule = [(value) => typeof value === 'object' && value !== null, 'an object'];
export const signal: OptionRule = [
  (value) => hasMethods(value, ['addEventListener', 'removeEventListener']),
  'an AbortSignal',
];
export const store: OptionRule = [(value) => hasMethods(value, ['load', 'save', 'append']), 'a store'];
export const text: OptionRule = [(value) => typeof value === 'string', 'a string'];
export const texts: OptionRule = [
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  'an array of strings',
];
export const any: OptionRule = [() => true, 'anything'];

/** Whether a value is an object with these methods. */
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && names.every((name) => typeof Reflect.get(value, name) === 'function');
}
