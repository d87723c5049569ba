import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { parseRecordLine, toRecordLine } from '../../src/store/record-line.ts';

const record = { type: 'row', row: { key: 'acme/ü', text: 'a\n"b"]' } };
const line = Buffer.from(toRecordLine(record)).subarray(0, -1);

test('a record is one line of JSON, and comes back from it', () => {
  expect(toRecordLine(record)).toMatch(/^\["[0-9a-f]{8}",.*\]\n$/);
  expect(JSON.parse(line.toString())).toEqual([
    crc32(JSON.stringify(record)).toString(16).padStart(8, '0'),
    record,
  ]);
  expect(parseRecordLine(line)).toEqual({ record });
});

test('a line with any other byte at any place is none', () => {
  for (const [position, written] of line.entries()) {
    for (let byte = 0; byte < 256; byte += 1) {
      const damaged = Buffer.from(line);
      damaged[position] = byte;
      expect(parseRecordLine(damaged) === undefined, `byte ${byte} at ${position}`).toBe(byte !== written);
    }
  }
});

test('a line that lacks something at its end, or has something behind it, is none', () => {
  for (let length = 0; length < line.length; length += 1) {
    expect(parseRecordLine(line.subarray(0, length))).toBeUndefined();
  }
  expect(parseRecordLine(Buffer.concat([line, Buffer.from('\r')]))).toBeUndefined();
});
