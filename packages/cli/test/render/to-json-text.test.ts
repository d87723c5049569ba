import { expect, it } from 'vitest';
import { toJsonText } from '../../src/render/to-json-text.ts';

it('writes JSON that steers no terminal, and reads back as the same', () => {
  const value = { text: 'a\u001b[2J\u007f\u009b31m\u0085\u2028\u202eb\u2066 é 日本 👩‍👩‍👧', list: [1, null] };
  for (const text of [toJsonText(value), toJsonText(value, 2)]) {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e\u2066]/u);
    expect(text).toContain('é 日本 👩‍👩‍👧');
    expect(JSON.parse(text)).toEqual(value);
  }
  expect(toJsonText(value, 2)).toMatch(/^\{\n {2}"text"/);
});
