import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../../../test/support/refusal.ts';
import { createAbsoluteUrlAdapter } from './absolute-url.ts';
import { createScriptedHttp } from './follow.ts';
import { createHttpStatusOnlyAdapter } from './http-status-only.ts';

describe('the credentials stay with their origin', () => {
  test.each([
    'https://elsewhere.example/operations/7',
    'http://api.example/operations/7',
    'https://api.example:8443/operations/7',
    'https://api.example@elsewhere.example/',
    'https://user:canary-4711@api.example/',
    '//api.example/operations/7',
    '/operations/7',
    '',
  ])('a handle that is "%s" is no ref', async (url) => {
    const { http, requests } = createScriptedHttp([{ json: { status: 'Succeeded' } }]);
    const adapter = createAbsoluteUrlAdapter(http);
    for (const call of [() => adapter.parseRef({ url }), () => adapter.getStatus({ url })]) {
      expect(await refusalOf(call, ['canary-4711'])).toMatchObject({ kind: 'configuration', option: 'url' });
    }
    expect(requests).toEqual([]);
  });

  test.each(['https://elsewhere.example/waiting', '//elsewhere.example/waiting', 'mailto:a@api.example'])(
    'an answer that leads to "%s" is none that can be used',
    async (location) => {
      const { http } = createScriptedHttp([{ httpStatus: 202, location }]);
      const adapter = createHttpStatusOnlyAdapter(http);
      expect(await refusalOf(() => adapter.getStatus({ operationId: 'a' }))).toMatchObject({
        kind: 'response',
        failure: 'invalid_response',
      });
    },
  );

  test.each(['https://elsewhere.example/waiting', 'nowhere'])(
    'what a store kept is not believed either: "%s"',
    async (memo) => {
      const { http, requests } = createScriptedHttp([{ httpStatus: 202 }]);
      const adapter = createHttpStatusOnlyAdapter(http);
      const read = () => adapter.getStatus({ operationId: 'a' }, { memo });
      expect(await refusalOf(read)).toMatchObject({ kind: 'configuration', option: 'url' });
      expect(requests).toEqual([]);
    },
  );
});
