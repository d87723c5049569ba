import { type CallContext, createHttpClient, defineAdapter, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** Every word of https://boxlift.example/docs/api#transfer-status. */
export const boxliftStates = {
  WAITING: 'pending',
  SCANNING: 'running',
  COPYING: 'running',
  ON_HOLD: 'paused',
  FINISHED: 'succeeded',
  FINISHED_WITH_GAPS: 'partially_succeeded',
  FAILED: 'failed',
  CANCELLED: 'canceled',
} as const;

export type BoxliftOptions = { readonly token: string; readonly baseUrl?: string };
export type BoxliftRef = { readonly transferId: string };

/** Follows the transfers of one Boxlift account, and calls them off. */
export function createBoxliftAdapter({ token, baseUrl = 'https://api.boxlift.example' }: BoxliftOptions) {
  const http = createHttpClient({ provider: 'boxlift', baseUrl, credentials: { 'x-boxlift-token': token } });
  const toPath = ({ transferId }: BoxliftRef) => `/v2/transfers/${encodeURIComponent(transferId)}`;

  const adapter = defineAdapter({
    provider: 'boxlift',
    states: boxliftStates,
    capabilities: { progress: 'percent', cancel: true },
    http,
    refSchema: z.strictObject({ transferId: z.string().check(z.minLength(1)) }),
    toKeyParts: ({ transferId }) => [transferId],
    toRequest: (ref) => ({ path: toPath(ref) }),
    schema: z.object({ status: z.string(), done: z.nullish(z.number()), reason: z.nullish(z.string()) }),
    toReading: ({ status, done, reason }, { native }) => ({
      state: mapState(boxliftStates, status),
      nativeState: status,
      // Boxlift tells a share: 0.4 is 40 %.
      ...(typeof done === 'number' && { progress: { percent: done * 100 } }),
      ...(reason && { issues: [{ severity: status === 'FAILED' ? 'error' : 'warning', message: reason }] }),
      native,
    }),
  });

  async function cancel(ref: BoxliftRef, { signal }: CallContext = {}): Promise<void> {
    const path = `${toPath(adapter.parseRef(ref))}/cancel`;
    const reply = await http.send({ method: 'POST', path }, signal);
    if (!reply.isOk) throw reply.toError();
  }

  return Object.freeze({ ...adapter, cancel });
}
