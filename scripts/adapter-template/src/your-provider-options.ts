import {
  baseUrlExpectation,
  type CommonAdapterOptions,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  type StandardSchema,
  timeoutMsExpectation,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** How `createYourProviderAdapter` reaches an account at YourProvider. */
export interface YourProviderAdapterOptions extends CommonAdapterOptions {
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey: string;
  /** Default `https://api.your-provider.example`. */
  readonly baseUrl?: string | undefined;
}

/** The address of a migration. */
export interface YourProviderRef {
  readonly migrationId: string;
}

const credential = z.string().check(z.refine(isHeaderValue, headerValueExpectation));
const id = z.string().check(z.minLength(1, 'a non-empty string'));
const defaultBaseUrl = 'https://api.your-provider.example';

export const yourProviderOptionsSchema: StandardSchema<
  YourProviderAdapterOptions & { readonly baseUrl: string }
> = z.strictObject({
  apiKey: credential,
  baseUrl: z._default(z.string().check(z.refine(isBaseUrl, baseUrlExpectation)), defaultBaseUrl),
  account: z.optional(id),
  timeoutMs: z.optional(z.number().check(z.refine(isTimeoutMs, timeoutMsExpectation))),
  fetch: z.optional(z.custom<typeof fetch>(isFetch, fetchExpectation)),
});

export const yourProviderRefSchema: StandardSchema<YourProviderRef> = z.strictObject({ migrationId: id });
