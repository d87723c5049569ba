import { emptyReply, jsonReply } from '../api-reply.ts';
import { toBasicAuthorization } from '../basic-authorization.ts';
import { isFilledText, isJsonObject, parseJsonObject } from '../json-body.ts';
import type { FoundMigration, MigrationBook } from '../migration-book.ts';
import { partsBelow } from '../path-parts.ts';
import type { ApiReply, ApiRequest, ProviderApi, Served } from '../provider-api.ts';
import { toUnzonedTimestamp } from '../timestamps.ts';
import { snapLogicCourses } from './snaplogic-courses.ts';

/** What comes before every path of SnapLogic's public API. */
export const snapLogicBasePath = '/api/1/rest/public';

const startPath = `${snapLogicBasePath}/apim_service/service_migration`;
const statusPath = `${snapLogicBasePath}/apim_service/migration_status/`;
/** `Migrating` is a status that the provider does not take as a filter. */
const listableStatuses = ['Started', 'Completed', 'Failed'];

/** An environment admin's ways in. */
export interface SnapLogicCredentials {
  readonly email: string;
  readonly password: string;
  /** For `Authorization: Bearer …`. */
  readonly jwt: string;
}

/** What the server keeps about a migration. */
export interface SnapLogicDetails {
  readonly assetSnid: string;
  readonly targetPath: string;
  readonly serviceName: string;
  readonly serviceSlug: string;
}

/** What the API answers from. */
export interface SnapLogicApiParts {
  readonly orgName: string;
  readonly credentials: SnapLogicCredentials;
  readonly migrations: MigrationBook<SnapLogicDetails>;
  readonly createDetails: (asset: SnapLogicAsset) => SnapLogicDetails;
}

/** What a caller may say about an asset to be migrated. */
export interface SnapLogicAsset {
  readonly targetPath?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly serviceSlug?: string | undefined;
}

/**
 * SnapLogic's service migration API.
 *
 * @see https://docs.snaplogic.com/public-apis/get-apim-service-migration-status.html
 * @see https://docs.snaplogic.com/public-apis/post-apim-service-migration.html
 */
export function createSnapLogicApi(parts: SnapLogicApiParts): ProviderApi {
  const { orgName, credentials, migrations, createDetails } = parts;
  const accepted = [
    toBasicAuthorization(credentials.email, credentials.password),
    `Bearer ${credentials.jwt}`,
    `Bearer Token ${credentials.jwt}`,
  ];

  function statusByToken({ query }: ApiRequest, nowMs: number): ApiReply {
    const tokens = query.getAll('status_token');
    if (tokens.length === 0) return error(400, 'status_token is required');
    const records = tokens.map((token) => {
      const found = migrations.find(token, nowMs);
      return [token, found ? toRecord(found, credentials.email) : { status: 'Not Found' }] as const;
    });
    const served = records.map(([subject, { status }]) => ({ subject, status }));
    return mapReply(Object.fromEntries(records), served);
  }

  function listByStatus({ query }: ApiRequest, nowMs: number): ApiReply {
    const status = query.get('status_type') ?? '';
    if (!listableStatuses.includes(status)) {
      return error(400, `status_type must be one of ${listableStatuses.join(', ')}`);
    }
    const listed = migrations.list(nowMs).filter(({ position }) => position.status === status);
    const served = listed.map(({ migration }) => ({ subject: migration.id, status }));
    const records = listed.map((found) => toListedRecord(toRecord(found, credentials.email)));
    return mapReply({ [status]: records }, served);
  }

  function start({ body }: ApiRequest): ApiReply {
    const fields = parseJsonObject(body);
    if (!fields) return error(400, 'The request body must be a JSON object');
    if (fields.org_name !== orgName) return error(404, 'Not Found');
    const assets = fields.migrate_assets;
    if (!Array.isArray(assets) || assets.length === 0) return error(400, 'migrate_assets is required');
    const requested = assets.flatMap((asset) => readAsset(asset) ?? []);
    if (requested.length < assets.length) return error(400, 'asset_path and target_path are required');
    const tokens = requested.map((asset) => {
      const { id } = migrations.start(snapLogicCourses, createDetails(asset));
      return [asset.assetPath, { status_token: id }] as const;
    });
    return mapReply(Object.fromEntries(tokens));
  }

  return {
    secrets: [credentials.password, credentials.jwt],
    subjectsOf: ({ query }) => query.getAll('status_token'),
    answer(request, nowMs) {
      if (!accepted.includes(request.headers.authorization ?? '')) return error(401, 'Unauthorized');
      if (request.path === startPath && request.method === 'POST') return start(request);
      const [org, list, ...rest] = partsBelow(statusPath, request);
      if (request.method !== 'GET' || org !== orgName || rest.length > 0) return error(404, 'Not Found');
      if (list === undefined) return statusByToken(request, nowMs);
      return list === 'all' ? listByStatus(request, nowMs) : error(404, 'Not Found');
    },
    rateLimited: () => emptyReply(429),
    serverError: (status) => error(status, 'Internal Server Error'),
  };
}

function readAsset(asset: unknown): (SnapLogicAsset & { readonly assetPath: string }) | undefined {
  if (!isJsonObject(asset) || !isJsonObject(asset.service_config)) return undefined;
  const { asset_path: assetPath } = asset;
  const { target_path: targetPath, name, slug } = asset.service_config;
  if (!isFilledText(assetPath) || !isFilledText(targetPath)) return undefined;
  return {
    assetPath,
    targetPath,
    serviceName: isFilledText(name) ? name : undefined,
    serviceSlug: isFilledText(slug) ? slug : undefined,
  };
}

function toRecord({ migration, position }: FoundMigration<SnapLogicDetails>, userId: string) {
  const { details, startedAtMs } = migration;
  const hasBegun = position.reached.some((status) => status === 'Migrating' || status === 'Completed');
  return {
    status: position.status,
    asset_snid: details.assetSnid,
    asset_type: 'API_SERVICE_VERSION',
    target_path: details.targetPath,
    ...(hasBegun && { service_name: details.serviceName, service_slug: details.serviceSlug }),
    user_id: userId,
    create_time: toUnzonedTimestamp(startedAtMs),
    ...(position.status === 'Completed' && {
      completed_time: toUnzonedTimestamp(startedAtMs + position.enteredAfterMs),
    }),
    status_token: migration.id,
  };
}

/** The vendor's sample of the list has neither the token nor the asset's type and service. */
function toListedRecord(record: ReturnType<typeof toRecord>) {
  const { asset_type, service_name, service_slug, status_token, ...listed } = record;
  return listed;
}

function mapReply(responseMap: object, served: readonly Served[] = []): ApiReply {
  return jsonReply(200, { response_map: responseMap, http_status_code: 200 }, served);
}

function error(status: number, message: string): ApiReply {
  return jsonReply(status, { response_map: { error_list: [{ message }] }, http_status_code: status });
}
