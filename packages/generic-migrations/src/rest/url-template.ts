import { parseTemplate } from 'url-template';

/** What stands between the braces of a template. */
const placeholder = /\{(\w+)\}/g;

/** The names of the placeholders of a template, each once. */
export function listPlaceholders(template: string): readonly string[] {
  return [...new Set([...template.matchAll(placeholder)].map(([, name = '']) => name))];
}

/** Whether a path can be a template: of RFC 6570 only the plain `{name}` is taken, so nothing goes in unencoded. */
export function isPathTemplate(path: string): boolean {
  return path.startsWith('/') && !/[{}#]/.test(path.replaceAll(placeholder, ''));
}

/** What {@link isPathTemplate} expects, for messages. */
export const pathTemplateExpectation =
  'a path that starts with "/", with plain placeholders such as {jobId} in it';

/** Fills a path; every value is encoded, so that a slash or a question mark in it is a part of it. */
export function expandPath(template: string, values: ReadonlyMap<string, string>): string {
  return parseTemplate(template).expand(toContext(values));
}

/** Fills a text that is encoded later, as a whole: the value of a query parameter. */
export function expandText(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(placeholder, (_, name: string) => values.get(name) ?? '');
}

/**
 * What a template was filled with, where a text ends as the template does; undefined where it does not. A query is not
 * looked at.
 */
export function matchPath(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const names = [...template.matchAll(placeholder)].map(([, name = '']) => name);
  const literals = template.split(placeholder).filter((_, index) => index % 2 === 0);
  const pattern = literals.map(escapeForPattern).join('([^/]+)');
  const match = new RegExp(`${pattern}/?$`).exec(path);
  if (match === null) return undefined;
  const values = match.slice(1).map(decode);
  if (values.includes(undefined)) return undefined;
  return new Map(names.map((name, index) => [name, values[index] ?? '']));
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Without a prototype, so that `{constructor}` is a name like any other. */
function toContext(values: ReadonlyMap<string, string>): Record<string, string> {
  const context: Record<string, string> = Object.create(null);
  for (const [name, value] of values) context[name] = value;
  return context;
}
