import { expect, test } from 'vitest';
import { toPlainText } from '../../src/model/to-plain-text.ts';

test.each([
  { title: 'as it is', text: 'Disk full: 3 files – 🚚', plain: 'Disk full: 3 files – 🚚' },
  { title: 'without line breaks', text: 'one\r\ntwo\nthree', plain: 'one two three' },
  { title: 'without terminal control codes', text: 'a\u001b[31mred\u009b0m', plain: 'a [31mred 0m' },
  { title: 'without surrounding spaces', text: ' \t\0said\u007f\n', plain: 'said' },
  { title: 'also when nothing is left', text: '\u001b\r\n', plain: '' },
])('provider text stands $title', ({ text, plain }) => {
  expect(toPlainText(text)).toBe(plain);
});
