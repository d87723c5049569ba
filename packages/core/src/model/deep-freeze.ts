import { isObject } from './is-object.ts';

/**
 * Freezes a tree of plain values in place and returns it. It works through a list instead of calling itself, because a
 * provider's body can be nested deeper than the stack, and stops at what is frozen already.
 */
export function deepFreeze<Value>(root: Value): Value {
  if (!canBeFrozen(root)) return root;
  const pending: Readonly<Record<string, unknown>>[] = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    Object.freeze(value);
    // Without a list of the values, which would cost more than all the rest.
    for (const name in value) {
      const child = value[name];
      if (canBeFrozen(child)) pending.push(child);
    }
  }
  return root;
}

function canBeFrozen(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Object.isFrozen(value);
}
