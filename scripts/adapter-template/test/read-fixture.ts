import { existsSync, readFileSync } from 'node:fs';

/** A recorded body as text. Where it is missing, the error says what to record. */
export function readFixture(name: string): string {
  const file = new URL(`./fixtures/${name}`, import.meta.url);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw new Error(
    `put a recorded body into packages/your-provider/test/fixtures/${name}; then make the tests say what it means, and src/ read it so`,
  );
}
