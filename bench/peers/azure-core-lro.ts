import { createHttpPoller, type OperationResponse } from '@azure/core-lro';
import type { Answer, Peer } from './peer.ts';

/** The poller of the Azure clients, with its HTTP protocol. The host's answer goes to it as it came. */
export const azureCoreLro: Peer = {
  packageName: '@azure/core-lro',
  entry: `export { createHttpPoller } from '@azure/core-lro'`,
  createFollower({ intervalMs, signal }) {
    return (operation) => {
      const poller = createHttpPoller(
        {
          sendInitialRequest: async () => accepted,
          sendPollRequest: async (_path, options) =>
            toResponse(await operation.read(toSignal(options?.abortSignal))),
        },
        { intervalInMs: intervalMs },
      );
      return poller.pollUntilDone(signal && { abortSignal: signal });
    };
  },
};

const request = { method: 'POST', url: 'https://bench.example/operations' };
const headers = { 'operation-location': 'https://bench.example/operations/1' };

const accepted: OperationResponse = { flatResponse: {}, rawResponse: { statusCode: 202, request, headers } };
const running: OperationResponse = {
  flatResponse: {},
  rawResponse: { statusCode: 200, request, headers, body: { status: 'Running' } },
};
const succeeded: OperationResponse = {
  flatResponse: {},
  rawResponse: { statusCode: 200, request, headers, body: { status: 'Succeeded' } },
};

function toResponse({ statusCode, isDone, retryAfterMs = 0 }: Answer): OperationResponse {
  if (statusCode === 200) return isDone ? succeeded : running;
  const retryAfter = { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
  return { flatResponse: {}, rawResponse: { statusCode, request, headers: { ...headers, ...retryAfter } } };
}

function toSignal(value: unknown): AbortSignal | undefined {
  return value instanceof AbortSignal ? value : undefined;
}
