import type { BodyReader } from './body-queue.ts';

/** Keeps nothing between two whole texts, so that all readings share it. */
const wholeDecoder = new TextDecoder();

/** Reads a body as text, or stops and gives undefined once it is longer than `maxBytes`. */
export async function readCappedText(response: Response, maxBytes: number): Promise<string | undefined> {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body?.cancel();
    return undefined;
  }
  const reader = isReadDirectly(response) ? response.takeBody() : response.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  let readBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return toText(chunks);
    readBytes += value.byteLength;
    if (readBytes > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
}

/** A character may be cut in two between chunks. */
function toText(chunks: readonly Uint8Array[]): string {
  const [first] = chunks;
  if (first === undefined) return '';
  if (chunks.length === 1) return wholeDecoder.decode(first);
  const decoder = new TextDecoder();
  const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
  return `${texts.join('')}${decoder.decode()}`;
}

/** A response of the lean fetch. Known by what it can do, so that who reads bodies needs nothing else of it. */
function isReadDirectly(response: Response): response is Response & { takeBody(): BodyReader | undefined } {
  return 'takeBody' in response;
}
