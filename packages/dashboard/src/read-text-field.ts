/** A token, or the key of a migration: more is not meant. */
const mostBytes = 16_384;

/** A text under a name in a small JSON body; undefined where there is none, and where the body is too long or no JSON. */
export async function readTextField(request: Request, name: string): Promise<string | undefined> {
  const text = await readSmallText(request);
  try {
    const value: unknown = Reflect.get(Object(JSON.parse(text)), name);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The body, or as much of it as shows that it is too long. */
async function readSmallText({ body }: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytesRead = 0;
  for await (const bytes of body ?? []) {
    bytesRead += bytes.byteLength;
    if (bytesRead > mostBytes) return '';
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}
