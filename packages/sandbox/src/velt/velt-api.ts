import type { FoundMigration, MigrationBook } from '../migration-book.ts';
import type { ApiReply, ApiRequest, ProviderApi } from '../provider-api.ts';
import { htmlReply, isFilledText, isRecord, jsonReply, parseJson } from '../provider-api.ts';
import { veltPaths } from './velt-timelines.ts';

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
  readonly hidesNotFoundBehind500: boolean;
}

/** What the API answers from. */
export interface VeltApiParts {
  readonly credentials: VeltCredentials;
  readonly migrations: MigrationBook<VeltDetails>;
  /** Whether an unknown migration is answered as an internal error; read at each request. */
  readonly hidesNotFound: () => boolean;
}

/**
 * Velt's document migration API.
 *
 * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents
 * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents-status
 */
export function createVeltApi({ credentials, migrations, hidesNotFound }: VeltApiParts): ProviderApi {
  function start(organizationId: string): ApiReply {
    const script = migrations.nextScript();
    const details = { organizationId, hidesNotFoundBehind500: false };
    const { id } = migrations.add({ script, paths: veltPaths, details });
    return success('Document migration started successfully.', { migrationId: id });
  }

  function status(organizationId: string, migrationId: string, nowMs: number): ApiReply {
    const found = migrations.find(migrationId, nowMs);
    if (found?.migration.details.organizationId !== organizationId) {
      const hides = hidesNotFound() || migrations.get(migrationId)?.details.hidesNotFoundBehind500 === true;
      return hides ? hiddenNotFound(migrationId) : error('NOT_FOUND', 'Migration does not exist.');
    }
    return statusReply(found);
  }

  return {
    secrets: [credentials.apiKey, credentials.authToken],
    subjectsOf({ body }) {
      const migrationId = readData(body)?.migrationId;
      return isFilledText(migrationId) ? [migrationId] : [];
    },
    answer(request, nowMs) {
      if (request.method !== 'POST' || ![startPath, statusPath].includes(request.path)) return htmlReply(404);
      const refusal = refuseCredentials(request, credentials);
      if (refusal) return refusal;
      const wanted =
        request.path === startPath
          ? ['organizationId', 'documentId', 'newDocumentId']
          : ['organizationId', 'migrationId'];
      const fields = readFields(request.body, wanted);
      if ('refusal' in fields) return fields.refusal;
      const [organizationId = '', migrationId = ''] = fields.values;
      return request.path === startPath ? start(organizationId) : status(organizationId, migrationId, nowMs);
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

/** The values of `wanted`, in order, when the body has exactly these under `data`. */
function readFields(
  body: string,
  wanted: readonly string[],
): { readonly values: string[] } | { readonly refusal: ApiReply } {
  const data = readData(body);
  if (data === undefined) return { refusal: error('INVALID_ARGUMENT', 'data is required.') };
  const values: string[] = [];
  for (const name of wanted) {
    const value = data[name];
    if (!isFilledText(value)) return { refusal: error('INVALID_ARGUMENT', `${name} is required.`) };
    values.push(value);
  }
  const extra = Object.keys(data).find((name) => !wanted.includes(name));
  if (extra !== undefined) return { refusal: error('INVALID_ARGUMENT', `${extra} is not allowed.`) };
  return { values };
}

function readData(body: string): Record<string, unknown> | undefined {
  const parsed = parseJson(body);
  return isRecord(parsed) && isRecord(parsed.data) ? parsed.data : undefined;
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
