import { valueAt } from '../model/json-path.ts';

/**
 * The part of the Standard Schema interface that is used here, so that a schema of zod, valibot or any other library that
 * implements it can be handed in, and none of their types stands in a public signature.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The first thing about a value that does not fit a schema. */
export interface Mismatch {
  readonly path: readonly PropertyKey[];
  /** What the schema wants there: `string`. */
  readonly expected: string;
  /** What stands there. */
  readonly actual: unknown;
}

/** Checks a value: either the parsed value, or the first mismatch with its path. */
export function checkSchema<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
): { readonly value: Output } | { readonly mismatch: Mismatch } {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    // Nobody waits for it, and a rejection that nobody handles ends the process.
    result.catch(() => {});
    throw new TypeError('expected a schema that validates synchronously');
  }
  if (result.issues === undefined) return { value: result.value };
  const [issue] = result.issues;
  const keys = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const path = [...keys, ...unrecognisedKeyOf(issue)];
  return { mismatch: { path, expected: toExpectation(issue), actual: valueAt(value, path) } };
}

/** Libraries that know the expected type carry it beside the message, which without a locale says only "invalid". */
function toExpectation(issue: SchemaIssue | undefined): string {
  if (issue === undefined) return 'another value';
  if ('expected' in issue && typeof issue.expected === 'string') return issue.expected;
  if ('values' in issue && Array.isArray(issue.values)) return `one of ${issue.values.join(', ')}`;
  if (unrecognisedKeyOf(issue).length > 0) return 'no such field';
  return issue.message === 'Invalid input' ? 'another value' : issue.message;
}

function unrecognisedKeyOf(issue: SchemaIssue | undefined): readonly string[] {
  const keys = issue && 'keys' in issue && Array.isArray(issue.keys) ? issue.keys : [];
  return keys.slice(0, 1).map(String);
}
