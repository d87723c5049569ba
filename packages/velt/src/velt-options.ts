import {
  baseUrlExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** How `createVeltAdapter` reaches a Velt workspace. */
export interface VeltAdapterOptions {
  /** Sent as `x-velt-api-key`. */
  readonly apiKey: string;
  /** Sent as `x-velt-auth-token`; made in the Velt console, for servers only. */
  readonly authToken: string;
  /** Default `https://api.velt.dev`. */
  readonly baseUrl?: string | undefined;
  /** A name for the workspace, when several are followed and each has rate limits of its own. Never a credential. */
  readonly account?: string | undefined;
  /** For one request, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Stands in for the platform's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
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

export const veltOptionsSchema = z.strictObject({
  apiKey: credential,
  authToken: credential,
  baseUrl: z._default(z.string().check(z.refine(isBaseUrl, baseUrlExpectation)), 'https://api.velt.dev'),
  account: z.optional(id),
  timeoutMs: z.optional(z.number().check(z.positive('a positive number of milliseconds'))),
  fetch: z.optional(z.custom<typeof fetch>(isFetch, 'a function like the global fetch')),
});

export const veltRefSchema = z.object({ organizationId: id, migrationId: id });

export const veltStartInputSchema = z.strictObject({ organizationId: id, documentId: id, newDocumentId: id });
