/** Why the server did not do what it was asked for, in its words where it has some. */
export async function readComplaint(response: Response): Promise<string> {
  const said: unknown = await response.json().catch(() => undefined);
  const error: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'error') : undefined;
  return typeof error === 'string' ? error : `the server answered HTTP ${response.status}`;
}
