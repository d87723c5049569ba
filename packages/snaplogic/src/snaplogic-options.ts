import {
  type CommonAdapterOptions,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  isZone,
  type StandardSchema,
  timeoutMsExpectation,
  zoneExpectation,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** How `createSnapLogicAdapter` reaches an environment. */
export interface SnapLogicAdapterOptions extends CommonAdapterOptions {
  /** The environment (Org) that the migrations go to; the account needs admin rights in it. */
  readonly orgName: string;
  readonly auth: SnapLogicAuth;
  /**
   * The host of the control plane: `elastic.snaplogic.com`, `uat.elastic.snaplogic.com`, `emea.snaplogic.com`; or the base
   * URL of something that stands in for it. Default `elastic.snaplogic.com`.
   */
  readonly controlPlane?: string | undefined;
  /** The zone in which times are read, because SnapLogic writes none: `Z` or an offset such as `+02:00`. Default `Z`. */
  readonly assumedZone?: string | undefined;
  /** What rate limits apply to, as a name. Default the `orgName`. Never a credential. */
  readonly account?: string | undefined;
}

/**
 * Credentials of a user or a service account: Basic, a JWT that is sent as `Bearer <jwt>`, or the whole value of the
 * `Authorization` header, as it is.
 *
 * @see https://docs.snaplogic.com/public-apis/public-apis-about.html
 */
export type SnapLogicAuth =
  | { readonly email: string; readonly password: string }
  | { readonly jwt: string }
  | { readonly authorization: string };

/** The address of the migration of one asset; a start hands out one token per asset. */
export interface SnapLogicRef {
  readonly statusToken: string;
}

/** The statuses that SnapLogic has a list of. Of `Migrating` it has none. */
export type SnapLogicListedStatus = 'Started' | 'Completed' | 'Failed';

/** What `list` lists. */
export interface SnapLogicListFilter {
  readonly status: SnapLogicListedStatus;
}

const listedStatuses: readonly unknown[] = [
  'Started',
  'Completed',
  'Failed',
] satisfies SnapLogicListedStatus[];

const text = z.string().check(z.minLength(1, 'a non-empty string'));
const headerValue = z.string().check(z.refine(isHeaderValue, headerValueExpectation));

/** A Basic header joins both with a colon, and can hold no control characters. */
const email = z.string().check(z.regex(/^[^:\p{Cc}]+$/u, 'a non-empty string without colons or line breaks'));
const password = z.string().check(z.regex(/^\P{Cc}+$/u, 'a non-empty string without line breaks'));

const authSchema = z.union(
  [
    z.strictObject({ email, password }),
    z.strictObject({ jwt: headerValue }),
    z.strictObject({ authorization: headerValue }),
  ],
  'either { email, password }, { jwt } or { authorization }',
);

export const snapLogicOptionsSchema: StandardSchema<
  SnapLogicAdapterOptions & { readonly controlPlane: string; readonly assumedZone: string }
> = z.strictObject({
  orgName: z.string().check(z.refine(isPathSegment, 'the name of an environment')),
  auth: authSchema,
  controlPlane: z._default(
    z
      .string()
      .check(
        z.refine(
          (value) => isBaseUrl(toBaseUrl(value)),
          'a host such as "emea.snaplogic.com", or an https: base URL (http: is accepted for loopback only)',
        ),
      ),
    'elastic.snaplogic.com',
  ),
  assumedZone: z._default(z.string().check(z.refine(isZone, zoneExpectation)), 'Z'),
  account: z.optional(text),
  timeoutMs: z.optional(z.number().check(z.refine(isTimeoutMs, timeoutMsExpectation))),
  fetch: z.optional(z.custom<typeof fetch>(isFetch, fetchExpectation)),
});

export const snapLogicRefSchema: StandardSchema<SnapLogicRef> = z.strictObject({ statusToken: text });

export const snapLogicListFilterSchema: StandardSchema<SnapLogicListFilter> = z.strictObject({
  status: z.custom<SnapLogicListedStatus>(
    (value) => listedStatuses.includes(value),
    '"Started", "Completed" or "Failed" (SnapLogic has no list of those that are "Migrating")',
  ),
});

/** `emea.snaplogic.com` → `https://emea.snaplogic.com`; a URL stays as it is. */
export function toBaseUrl(controlPlane: string): string {
  return controlPlane.includes('://') ? controlPlane : `https://${controlPlane}`;
}

/** `.` and `..` would lead to another path, also when they are encoded, and half a surrogate pair cannot be encoded. */
function isPathSegment(value: string): boolean {
  return value !== '' && value !== '.' && value !== '..' && value.isWellFormed();
}
