/** How long the same words are not said again. */
const quietMs = 30_000;

/**
 * Says what it is given, and the same again only after a while, with how often it came meanwhile: while a database is away,
 * everything that needs it fails in the same way many times a second.
 *
 * @param now The time, in milliseconds from anywhere.
 */
export function createSayer<Extra extends readonly unknown[]>(
  say: (message: string, ...extra: Extra) => void,
  now: () => number = () => performance.now(),
): (message: string, ...extra: Extra) => void {
  const said = new Map<string, { at: number; unsaid: number }>();
  return (message, ...extra) => {
    const known = said.get(message);
    if (known !== undefined && now() - known.at < quietMs) {
      known.unsaid += 1;
      return;
    }
    for (const [text, { at }] of said) if (now() - at >= quietMs) said.delete(text);
    said.set(message, { at: now(), unsaid: 0 });
    const { unsaid = 0 } = known ?? {};
    say(unsaid === 0 ? message : `${message} (${unsaid} times more)`, ...extra);
  };
}
