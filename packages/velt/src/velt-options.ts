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

/** How `createVeltAdapter` reaches a Velt workspace. */
export interface VeltAdapterOptions extends CommonAdapterOptions {
  /** Sent as `x-velt-api-key`. */
  readonly apiKey: string;
  /** Sent as `x-velt-auth-token`; made in the Velt console, for servers only. */
  readonly authToken: string;
  /** Default `https://api.velt.dev`. */
  readonly baseUrl?: string | undefined;
}

/** The address of a document migration. Both ids are needed to ask for it. */
export interface VeltRef {
  readonly organizationId: string;
  readonly migrationId: string;
}

/** What `start` needs: the document to re-key, within one organization. */
export interface VeltStartInput {
  readonly organizationId: string;
  readonly documentId: string;
  readonly newDocumentId: string;
}

const credential = z.string().check(z.refine(isHeaderValue, headerValueExpectation));
const id = z.string().check(z.minLength(1, 'a non-empty string'));

export const veltOptionsSchema: StandardSchema<VeltAdapterOptions & { readonly baseUrl: string }> =
  z.strictObject({
    apiKey: credential,
    authToken: credential,
    baseUrl: z._default(z.string().check(z.refine(isBaseUrl, baseUrlExpectation)), 'https://api.velt.dev'),
    account: z.optional(id),
    timeoutMs: z.optional(z.number().check(z.refine(isTimeoutMs, timeoutMsExpectation))),
    fetch: z.optional(z.custom<typeof fetch>(isFetch, fetchExpectation)),
  });

export const veltRefSchema: StandardSchema<VeltRef> = z.strictObject({ organizationId: id, migrationId: id });

export const veltStartInputSchema: StandardSchema<VeltStartInput> = z.strictObject({
  organizationId: id,
  documentId: id,
  newDocumentId: id,
});
