import { jsonReply } from '../api-reply.ts';
import type { ApiReply, ApiRequest } from '../provider-api.ts';

/** The envelope of a success. Without a dto it has no `response` at all, which is also how "no migration" looks. */
export function dtoReply(request: ApiRequest, origin: string, dto?: unknown): ApiReply {
  const count = Array.isArray(dto) ? dto.length : 1;
  return jsonReply(200, {
    ...(dto === undefined ? { count: 0 } : { response: dto, count }),
    links: linksOf(request, origin),
    status: 0,
    statusCode: 200,
  });
}

/** A body that does not fit is answered in the envelope of a success. */
export function validationReply(request: ApiRequest, origin: string): ApiReply {
  return jsonReply(400, {
    response: {
      type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
      title: 'One or more validation errors occurred.',
      status: 400,
      errors: { inDto: ['The inDto field is required.'] },
    },
    count: 1,
    links: linksOf(request, origin),
    status: 1,
    statusCode: 400,
  });
}

const exceptions = {
  denied: {
    statusCode: 403,
    message: 'Access denied',
    type: 'System.Security.SecurityException',
    hresult: -2_146_233_078,
  },
  withoutJob: {
    statusCode: 404,
    message: 'No migration is in progress',
    type: 'ASC.Common.Web.ItemNotFoundException',
    hresult: -2_146_233_088,
  },
  unexpected: {
    statusCode: 500,
    message: "Exception of type 'System.Exception' was thrown.",
    type: 'System.Exception',
    hresult: -2_146_233_088,
  },
} as const;

/** The envelope of an error, with the stack trace that the provider shows to everyone. */
export function exceptionReply(name: keyof typeof exceptions, httpStatus?: number): ApiReply {
  const { statusCode, message, type, hresult } = exceptions[name];
  const stack = '   at ASC.Api.Migration.MigrationController.DemandPermissionAsync()';
  const status = httpStatus ?? statusCode;
  return jsonReply(status, { error: { message, type, stack, hresult }, status: 1, statusCode: status });
}

/** The upload handler has a format of its own: PascalCase, and 200 also when it refuses. */
export function uploadReply(chunkBytes: number | undefined): ApiReply {
  if (chunkBytes !== undefined) return jsonReply(200, { Success: true, ChunkSize: chunkBytes });
  return jsonReply(200, { Success: false, Message: "Can't start upload.", ChunkSize: 0 });
}

function linksOf({ target, method }: ApiRequest, origin: string) {
  return [{ href: origin + target, action: method }];
}
