import { emptyReply } from '../api-reply.ts';
import { parseJsonObject } from '../json-body.ts';
import { partsBelow } from '../path-parts.ts';
import type { ApiReply, ApiRequest, ProviderApi } from '../provider-api.ts';
import { toPostedInfo } from './migration-info.ts';
import { toNativeWord } from './native-word.ts';
import type { PortalCredentials } from './portal-access.ts';
import { callerOf } from './portal-access.ts';
import { dtoReply, exceptionReply, uploadReply, validationReply } from './portal-replies.ts';
import type { PortalState } from './portal-state.ts';
import { createRateLimitCounter } from './rate-limit-headers.ts';
import { migratorNames } from './sample-migration.ts';
import { toStatusBody } from './status-body.ts';
import { readFields, trimFields } from './trim-fields.ts';

const basePath = '/api/2.0/migration/';
const uploadPath = '/migrationFileUpload.ashx';
/** Below the size of a body that the sandbox takes. */
const uploadChunkBytes = 512 * 1024;

/** What the API answers from. */
export interface PortalApiParts {
  readonly origin: string;
  readonly state: PortalState;
  readonly credentials: PortalCredentials;
  readonly memberApiKey: string;
  /** The migrator of an import whose body does not name one. */
  readonly migratorName: string;
}

type Handler = (request: ApiRequest, nowMs: number) => ApiReply;

/**
 * The data import API of one ONLYOFFICE DocSpace portal.
 *
 * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/migration/
 */
export function createPortalApi(parts: PortalApiParts): ProviderApi {
  const { origin, state, credentials, memberApiKey, migratorName: defaultMigratorName } = parts;
  const countRequest = createRateLimitCounter();
  let isUploading = false;

  function status(request: ApiRequest, nowMs: number): ApiReply {
    const view = state.read(nowMs);
    const body = trimFields(toStatusBody(view), readFields(request.query));
    return { ...dtoReply(request, origin, body), served: [{ subject: origin, status: toNativeWord(view) }] };
  }

  function migrate(request: ApiRequest, nowMs: number): ApiReply {
    const body = parseJsonObject(request.body);
    const posted = body && toPostedInfo(body);
    if (!posted) return validationReply(request, origin);
    const { migratorName = defaultMigratorName } = posted;
    state.migrate(String(migratorName), posted, nowMs);
    return dtoReply(request, origin);
  }

  function finish(request: ApiRequest, nowMs: number): ApiReply {
    const isSendWelcomeEmail = parseJsonObject(request.body)?.isSendWelcomeEmail;
    if (typeof isSendWelcomeEmail !== 'boolean') return validationReply(request, origin);
    state.clear(nowMs);
    return dtoReply(request, origin);
  }

  function logs(_: ApiRequest, nowMs: number): ApiReply {
    const view = state.peek(nowMs);
    if (view.shape === 'none') return exceptionReply('withoutJob');
    const body = `${new Date(nowMs).toISOString()} ${toNativeWord(view)}\n`;
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
  }

  /** A command is only queued: it is accepted also when nothing will come of it. */
  function command(carryOut: (nowMs: number, request: ApiRequest) => void): Handler {
    return (request, nowMs) => {
      carryOut(nowMs, request);
      return dtoReply(request, origin);
    };
  }

  function upload({ query }: ApiRequest): ApiReply {
    if (query.get('Init') === 'true') isUploading = true;
    return uploadReply(isUploading ? uploadChunkBytes : undefined);
  }

  const handlers = new Map<string, Handler>([
    ['GET list', (request) => dtoReply(request, origin, migratorNames)],
    ['GET status', status],
    ['GET logs', logs],
    ['POST init', command((nowMs, request) => state.init(partsBelow(basePath, request)[1] ?? '', nowMs))],
    ['POST migrate', migrate],
    ['POST cancel', command(state.cancel)],
    ['POST clear', command(state.clear)],
    ['POST finish', finish],
  ]);

  return {
    secrets: [credentials.apiKey, credentials.token, credentials.password, memberApiKey],
    subjectsOf: () => [origin],
    answer(request, nowMs) {
      const caller = callerOf(request, credentials, memberApiKey);
      if (request.path === uploadPath && request.method === 'POST') {
        return caller === 'admin' ? upload(request) : uploadReply(undefined);
      }
      const name = commandOf(request);
      const handler = handlers.get(`${request.method} ${name}`);
      if (!handler) {
        const isKnown = [...handlers.keys()].some((key) => key.endsWith(` ${name}`));
        return emptyReply(isKnown ? 405 : 404);
      }
      if (caller === 'nobody') return emptyReply(401);
      const rateLimitHeaders = countRequest(nowMs);
      if (caller === 'member') return exceptionReply('denied');
      const reply = handler(request, nowMs);
      if (reply.status !== 200) return reply;
      return { ...reply, headers: { ...reply.headers, ...rateLimitHeaders } };
    },
    rateLimited: () => emptyReply(429),
    serverError: (httpStatus) => exceptionReply('unexpected', httpStatus),
  };
}

/** The word behind the base path; only `init` has another part behind it. */
function commandOf(request: ApiRequest): string {
  const [name = '', ...rest] = partsBelow(basePath, request);
  return rest.length === (name === 'init' ? 1 : 0) ? name : '';
}
