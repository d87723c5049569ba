import { isObject } from './is-object.ts';

/**
 * Freezes a tree of plain values in place and returns it. It works through a list instead of calling itself, because a
 * provider's body can be nested deeper than the stack, and stops at what is frozen already.
 */
export function deepFreeze<Value>(root: Value): Value {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (!isObject(value) || Object.isFrozen(value)) continue;
    Object.freeze(value);
    // Without a list of the values, which would cost more than all the rest.
    for (const name in value) {
      const child = value[name];
      if (typeof child === 'object' && child !== null) pending.push(child);
    }
  }
  return root;
}
