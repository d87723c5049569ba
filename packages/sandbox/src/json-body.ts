/** The JSON object that a body holds; `undefined` when it is not JSON, or other JSON. */
export function parseJsonObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is a JSON object. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a parsed value is a string with at least one character. */
export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
