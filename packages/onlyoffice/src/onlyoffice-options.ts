import {
  baseUrlExpectation,
  type CommonAdapterOptions,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  parseTimestamp,
  type StandardSchema,
  timeoutMsExpectation,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/**
 * How to sign in, one of five ways; the account must be an administrator of the portal.
 *
 * | form | sent as |
 * |---|---|
 * | `{ apiKey }` | `Authorization: Bearer sk-…`; the key needs the global read scope, and the write scope for commands |
 * | `{ token }` | `Authorization: Bearer …`, a token of the portal or of OAuth 2 |
 * | `{ cookie }` | the cookie `asc_auth_key`; its value alone. A browser sends its own cookies instead |
 * | `{ username, password }` | `Authorization: Basic …` |
 * | `{ authorization }` | `Authorization`, as it is |
 */
export type OnlyOfficeAuth =
  | { readonly apiKey: string }
  | { readonly token: string }
  | { readonly cookie: string }
  | { readonly username: string; readonly password: string }
  | { readonly authorization: string };

/** How `createOnlyOfficeAdapter` reaches a portal. */
export interface OnlyOfficeAdapterOptions extends CommonAdapterOptions {
  /** Where the portal is: `https://portal.example.com`. */
  readonly portalUrl: string;
  readonly auth: OnlyOfficeAuth;
  /**
   * Asks for those fields only that a status is read from, instead of the whole list of users at every read. From server
   * v3.2.1 on; what is not asked for is missing in `native`, and an empty backup is not noticed. Default false.
   */
  readonly fields?: boolean | undefined;
  /**
   * How long after `parseRequestedAt` or `importRequestedAt` a job that has ended, or no job at all, is taken for what was
   * there before, in milliseconds; shorter where what was asked for has been seen to go on. 0 believes every answer.
   * Default 120 000.
   */
  readonly staleGraceMs?: number | undefined;
}

/** The address of the one job of a portal: there is no id, only what is awaited of it. */
export interface OnlyOfficeRef {
  /**
   * `import`, the default: a finished parse is `awaiting_input`, and the end of the import is the end. `parse`: a finished
   * parse is `succeeded`, and so is every job that is already an import.
   */
  readonly awaiting?: 'parse' | 'import' | undefined;
  /** When the parse was asked for, ISO 8601 with a zone; `start` sets it. Not part of the key. */
  readonly parseRequestedAt?: string | undefined;
  /** When the import was asked for, in the same form; it counts instead, unless the parse is awaited. Not part of the key. */
  readonly importRequestedAt?: string | undefined;
}

/** What `start` is to begin: the parse of the uploaded archives, or the import of what a parse has found. */
export type OnlyOfficeStartInput =
  | {
      /** `GoogleWorkspace`, `Nextcloud` or `Workspace`; `listMigrators` tells which there are. */
      readonly migratorName: string;
      /** What the ref that comes back awaits. Default `import`. */
      readonly awaiting?: 'parse' | 'import' | undefined;
    }
  | {
      /** The `parseResult` of a finished parse with `shouldImport` and the `import…` flags set as wanted. */
      readonly selection: Readonly<Record<string, unknown>>;
    };

/** What `finish` does besides clearing. */
export interface OnlyOfficeFinishInput {
  /** Whether the imported users are sent an e-mail; at every call again. */
  readonly sendWelcomeEmail: boolean;
}

const cookieValueExpectation =
  'the value of a cookie, without spaces, quotes, commas, semicolons and backslashes';
const authExpectation =
  'exactly one of { apiKey }, { token }, { cookie }, { username, password } and { authorization }';

const authForms = new Set(['apiKey', 'token', 'cookie', 'password,username', 'authorization']);

const id = z.string().check(z.minLength(1, 'a non-empty string'));
const credential = z.string().check(z.refine(isHeaderValue, headerValueExpectation));
const awaiting = z.optional(z.enum(['parse', 'import']));
const requestedAt = z.optional(z.string().check(z.refine(isZonedTime, 'an ISO 8601 time with a zone')));

/** One object with every field, rather than a union, so that an error names the field at fault. */
const authSchema = z
  .strictObject({
    apiKey: z.optional(credential),
    token: z.optional(credential),
    cookie: z.optional(z.string().check(z.refine(isCookieValue, cookieValueExpectation))),
    username: z.optional(z.string().check(z.regex(/^[^:]+$/, 'a non-empty string without a colon'))),
    password: z.optional(id),
    authorization: z.optional(credential),
  })
  .check(z.refine(isOneForm, authExpectation));

/** An {@link OnlyOfficeAuth} that has been checked: exactly one of its forms is there. */
export interface CheckedAuth {
  readonly apiKey?: string | undefined;
  readonly token?: string | undefined;
  readonly cookie?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly authorization?: string | undefined;
}

type CheckedOptions = Omit<OnlyOfficeAdapterOptions, 'auth'> & {
  readonly auth: CheckedAuth;
  readonly fields: boolean;
  readonly staleGraceMs: number;
};

export const onlyOfficeOptionsSchema: StandardSchema<CheckedOptions> = z.strictObject({
  portalUrl: z.string().check(z.refine(isBaseUrl, baseUrlExpectation)),
  auth: authSchema,
  account: z.optional(id),
  fields: z._default(z.boolean(), false),
  staleGraceMs: z._default(z.number().check(z.nonnegative('a number of milliseconds, 0 or more')), 120_000),
  timeoutMs: z.optional(z.number().check(z.refine(isTimeoutMs, timeoutMsExpectation))),
  fetch: z.optional(z.custom<typeof fetch>(isFetch, fetchExpectation)),
});

export const onlyOfficeRefSchema: StandardSchema<OnlyOfficeRef> = z.strictObject({
  awaiting,
  parseRequestedAt: requestedAt,
  importRequestedAt: requestedAt,
});

/** `.` and `..` are the two names that no encoding keeps from being steps in a path. */
const migratorName = id.check(z.regex(/^(?!\.{1,2}$)/, 'the name of a migrator'));

export const onlyOfficeParseInputSchema: StandardSchema<
  Extract<OnlyOfficeStartInput, { migratorName: string }>
> = z.strictObject({ migratorName, awaiting });

export const onlyOfficeImportInputSchema: StandardSchema<
  Extract<OnlyOfficeStartInput, { selection: object }>
> = z.strictObject({ selection: z.looseObject({ migratorName: id }) });

export const onlyOfficeFinishInputSchema: StandardSchema<OnlyOfficeFinishInput> = z.strictObject({
  sendWelcomeEmail: z.boolean(),
});

function isCookieValue(value: string): boolean {
  return /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(value);
}

function isOneForm(auth: Readonly<Record<string, string | undefined>>): boolean {
  const given = Object.keys(auth).filter((name) => auth[name] !== undefined);
  return authForms.has(given.sort().join());
}

function isZonedTime(text: string): boolean {
  return parseTimestamp(text)?.isZoneAssumed === false;
}
