import { htmlReply, jsonReply } from '../api-reply.ts';
import { isFilledText, isJsonObject, parseJsonObject } from '../json-body.ts';
import type { FoundMigration, MigrationBook } from '../migration-book.ts';
import type { ApiReply, ApiRequest, ProviderApi } from '../provider-api.ts';
import { veltCourses } from './velt-courses.ts';

const startPath = '/v2/organizations/documents/migrate';
const statusPath = `${startPath}/status`;

/** Canonical codes and the HTTP status each one travels under. */
const httpStatuses = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

/** The two headers every request to Velt carries. */
export interface VeltCredentials {
  /** `x-velt-api-key` */
  readonly apiKey: string;
  /** `x-velt-auth-token` */
  readonly authToken: string;
}

/** What the server keeps about a migration. */
export interface VeltDetails {
  readonly organizationId: string;
}

/** What the API answers from. */
export interface VeltApiParts {
  readonly credentials: VeltCredentials;
  readonly migrations: MigrationBook<VeltDetails>;
  /** Whether an unknown migration is answered as an internal error; read at each request. */
  readonly hidesNotFound: () => boolean;
}

type Fields = Readonly<Record<string, string>>;

interface Endpoint {
  /** What the body must hold under `data`, and nothing else. */
  readonly fieldNames: readonly string[];
  readonly reply: (fields: Fields, nowMs: number) => ApiReply;
}

/**
 * Velt's document migration API.
 *
 * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents
 * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents-status
 */
export function createVeltApi({ credentials, migrations, hidesNotFound }: VeltApiParts): ProviderApi {
  function start({ organizationId = '' }: Fields): ApiReply {
    const { id } = migrations.start(veltCourses, { organizationId });
    return success('Document migration started successfully.', { migrationId: id });
  }

  function status({ organizationId = '', migrationId = '' }: Fields, nowMs: number): ApiReply {
    const found = migrations.find(migrationId, nowMs);
    if (found?.migration.details.organizationId === organizationId) return statusReply(found);
    return hidesNotFound() ? hiddenNotFound(migrationId) : error('NOT_FOUND', 'Migration does not exist.');
  }

  const endpoints = new Map<string, Endpoint>([
    [startPath, { fieldNames: ['organizationId', 'documentId', 'newDocumentId'], reply: start }],
    [statusPath, { fieldNames: ['organizationId', 'migrationId'], reply: status }],
  ]);

  return {
    secrets: [credentials.apiKey, credentials.authToken],
    subjectsOf({ body }) {
      const migrationId = readData(body)?.migrationId;
      return isFilledText(migrationId) ? [migrationId] : [];
    },
    answer(request, nowMs) {
      const endpoint = endpoints.get(request.path);
      if (request.method !== 'POST' || !endpoint) return htmlReply(404);
      const refusal = refuseCredentials(request, credentials);
      if (refusal) return refusal;
      const given = readFields(request.body, endpoint.fieldNames);
      return 'refusal' in given ? given.refusal : endpoint.reply(given.fields, nowMs);
    },
    rateLimited: () => error('RESOURCE_EXHAUSTED', 'Too many requests.'),
    serverError(httpStatus) {
      const message = 'Error retrieving migration status.';
      if (httpStatus === 503) return error('UNAVAILABLE', message);
      if (httpStatus === 504) return error('DEADLINE_EXCEEDED', message);
      return { ...error('INTERNAL', message), status: httpStatus };
    },
  };
}

function refuseCredentials({ headers }: ApiRequest, { apiKey, authToken }: VeltCredentials) {
  const { 'x-velt-api-key': givenKey, 'x-velt-auth-token': givenToken } = headers;
  if (!givenKey) return error('INVALID_ARGUMENT', 'API key is missing.');
  if (!givenToken) return error('INVALID_ARGUMENT', 'Auth token is missing.');
  if (givenKey !== apiKey) return error('UNAUTHENTICATED', 'API key not accepted.');
  if (givenToken !== authToken) {
    return error('PERMISSION_DENIED', 'Auth token is not registered for this workspace.');
  }
  return undefined;
}

/** The fields of `names`, when the body has exactly these under `data`. */
function readFields(
  body: string,
  names: readonly string[],
): { readonly fields: Fields } | { readonly refusal: ApiReply } {
  const data = readData(body);
  if (data === undefined) return { refusal: error('INVALID_ARGUMENT', 'data is required.') };
  const fields: Record<string, string> = {};
  for (const name of names) {
    const value = data[name];
    if (!isFilledText(value)) return { refusal: error('INVALID_ARGUMENT', `${name} is required.`) };
    fields[name] = value;
  }
  const extra = Object.keys(data).find((name) => !names.includes(name));
  if (extra !== undefined) return { refusal: error('INVALID_ARGUMENT', `${extra} is not allowed.`) };
  return { fields };
}

function readData(body: string): Record<string, unknown> | undefined {
  const data = parseJsonObject(body)?.data;
  return isJsonObject(data) ? data : undefined;
}

function statusReply({ migration, position }: FoundMigration<VeltDetails>): ApiReply {
  const data = { migrationId: migration.id, status: position.status };
  const served = [{ subject: migration.id, status: position.status }];
  return { ...success('Migration status retrieved successfully.', data), served };
}

function success(message: string, data: object): ApiReply {
  return jsonReply(200, { result: { status: 'success', message, data } });
}

function error(status: keyof typeof httpStatuses, message: string, details?: object): ApiReply {
  return jsonReply(httpStatuses[status], { error: { message, status, ...(details && { details }) } });
}

/** Velt's sibling document endpoints answer a missing document as an internal error with the truth in `details`. */
function hiddenNotFound(id: string): ApiReply {
  const detail = { success: false, id, message: 'Migration does not exist', code: 'not-found' };
  return error('INTERNAL', 'Error retrieving migration status.', Object.fromEntries([[id, detail]]));
}
