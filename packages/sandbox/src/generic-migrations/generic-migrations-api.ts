import { jsonReply } from '../api-reply.ts';
import { isFilledText, isJsonObject, parseJsonObject } from '../json-body.ts';
import type { MigrationBook } from '../migration-book.ts';
import { partsBelow } from '../path-parts.ts';
import type { ApiReply, ApiRequest, ProviderApi } from '../provider-api.ts';
import { positionAt } from '../timeline.ts';
import { toSecondTimestamp } from '../timestamps.ts';
import type { GenericMigrationsDetails } from './generic-migrations-bodies.ts';
import { toMigration, toTasks } from './generic-migrations-bodies.ts';
import { modalCourses, serverCourses } from './generic-migrations-courses.ts';
import type { ListEnvelope } from './list-page.ts';
import { pageOf, wrapPage } from './list-page.ts';

/** What comes before every path of the Migrations API. */
export const genericMigrationsBasePath = '/api/v1';

const defaultModalMinutes = 59;

/** Where the API key goes: `Authorization: Bearer …`. */
export interface GenericMigrationsCredentials {
  readonly apiKey: string;
}

/** What the API answers from. */
export interface GenericMigrationsApiParts {
  readonly credentials: GenericMigrationsCredentials;
  readonly migrations: MigrationBook<GenericMigrationsDetails>;
  readonly createDetails: (given: GivenDetails) => GenericMigrationsDetails;
  readonly createModalId: () => string;
  /** Read at each request. */
  readonly envelope: () => ListEnvelope;
}

/** What the caller of a start endpoint decides about the new migration. */
export interface GivenDetails {
  readonly createdByUserId?: string;
  readonly dataTypes?: readonly string[];
}

/**
 * The Migrations API.
 *
 * @see https://anon.mintlify.app/v1/data/migrations
 * @see https://anon.mintlify.app/v1/data/migration-tasks
 */
export function createGenericMigrationsApi(parts: GenericMigrationsApiParts): ProviderApi {
  const { credentials, migrations, createDetails, createModalId, envelope } = parts;

  function start({ body }: ApiRequest): ApiReply {
    const fields = parseJsonObject(body);
    if (!fields) return error(400, 'The request body must be a JSON object');
    if (!isFilledText(fields.service_account_id)) return error(400, 'service_account_id is required');
    if (!Array.isArray(fields.tasks_to_include)) return error(400, 'tasks_to_include is required');
    const dataTypes = fields.tasks_to_include.map((task) => (isJsonObject(task) ? task.data_type : ''));
    if (!dataTypes.every(isFilledText)) return error(400, 'every task to include must have a data_type');
    const migration = migrations.start(serverCourses, createDetails({ dataTypes }));
    return jsonReply(200, toMigration({ migration, position: positionAt(migration.timeline, 0) }));
  }

  function openModal({ body }: ApiRequest, nowMs: number): ApiReply {
    const fields = parseJsonObject(body);
    if (!fields) return error(400, 'The request body must be a JSON object');
    const { user_id: createdByUserId, timeout_minutes: minutes = defaultModalMinutes } = fields;
    if (!isFilledText(createdByUserId)) return error(400, 'user_id is required');
    if (typeof minutes !== 'number') return error(400, 'timeout_minutes must be a number');
    const { id } = migrations.start(modalCourses, createDetails({ createdByUserId }));
    const modalId = createModalId();
    return jsonReply(200, {
      object: 'migration_modal',
      id: modalId,
      migration_id: id,
      url: `https://modal.example.com/m?sig=${modalId}`,
      created: toSecondTimestamp(nowMs),
      expires_at: toSecondTimestamp(nowMs + minutes * 60_000),
      created_by_user_id: createdByUserId,
    });
  }

  function listMigrations({ query }: ApiRequest, nowMs: number): ApiReply {
    const page = pageOf(migrations.list(nowMs).map(toMigration), query);
    if (!page) return error(400, 'page and page_size must be whole numbers above 0');
    const served = page.items.map(({ id, status }) => ({ subject: id, status }));
    return jsonReply(200, wrapPage(page, envelope()), served);
  }

  function getMigration(id: string, nowMs: number): ApiReply {
    const found = migrations.find(id, nowMs);
    if (!found) return error(404, 'Migration not found');
    return jsonReply(200, toMigration(found), [{ subject: id, status: found.position.status }]);
  }

  function listTasks(id: string, { query }: ApiRequest, nowMs: number): ApiReply {
    const found = migrations.find(id, nowMs);
    if (!found) return error(404, 'Migration not found');
    const page = pageOf(toTasks(found, nowMs), query);
    if (!page) return error(400, 'page and page_size must be whole numbers above 0');
    // No envelope that is named after migrations can hold tasks.
    return jsonReply(200, wrapPage(page, envelope() === 'migrations' ? 'data' : envelope()));
  }

  return {
    secrets: [credentials.apiKey],
    subjectsOf(request) {
      const [collection, id] = routeOf(request);
      return collection === 'migrations' && isFilledText(id) && id !== 'start' ? [id] : [];
    },
    answer(request, nowMs) {
      if (request.headers.authorization !== `Bearer ${credentials.apiKey}`) {
        return error(401, 'Invalid API key');
      }
      const [collection, id, part, ...rest] = routeOf(request);
      const only = (method: string, reply: () => ApiReply) =>
        request.method === method ? reply() : error(405, 'Method Not Allowed');

      if (rest.length > 0) return error(404, 'Not Found');
      if (collection === 'migration-modal' && id === undefined) {
        return only('POST', () => openModal(request, nowMs));
      }
      if (collection !== 'migrations') return error(404, 'Not Found');
      if (id === undefined) return only('GET', () => listMigrations(request, nowMs));
      if (part === 'tasks') return only('GET', () => listTasks(id, request, nowMs));
      if (part !== undefined) return error(404, 'Not Found');
      return id === 'start' ? only('POST', () => start(request)) : only('GET', () => getMigration(id, nowMs));
    },
    rateLimited: () => error(429, 'Too Many Requests'),
    serverError: (status) => error(status, 'Internal Server Error'),
  };
}

function routeOf(request: ApiRequest): readonly string[] {
  return partsBelow(`${genericMigrationsBasePath}/`, request);
}

function error(status: number, detail: string): ApiReply {
  return jsonReply(status, { detail });
}
