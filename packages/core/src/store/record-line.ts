import { crc32 } from 'node:zlib';

/**
 * One record as one line of JSON: `["8f3a01c2",{…}]`, the CRC-32 of the record's own text and the record. A checksum of
 * its own lets a line be judged, and taken out, without the others; and any tool for JSON lines can read the file.
 */
export function toRecordLine(record: unknown): string {
  const text = JSON.stringify(record);
  return `${toFrame(crc32(text))}${text}]\n`;
}

/** The record of a line without its line feed; undefined when a single byte is not as it was written. */
export function parseRecordLine(line: Buffer): { readonly record: unknown } | undefined {
  const text = line.subarray(frameLength, -1);
  const isWhole =
    line.at(-1) === closingBracket && line.toString('latin1', 0, frameLength) === toFrame(crc32(text));
  return isWhole ? { record: JSON.parse(text.toString()) } : undefined;
}

const frameLength = toFrame(0).length;
const closingBracket = 0x5d;

function toFrame(checksum: number): string {
  return `["${checksum.toString(16).padStart(8, '0')}",`;
}
