import { describe, expect, test } from 'vitest';
import { createBodyQueue } from '../../src/adapter/body-queue.ts';
import { LeanResponse } from '../../src/adapter/lean-response.ts';

const text = '{"a":"ü"}';

function createResponse({ type = 'application/json', body = text } = {}): LeanResponse {
  const queue = createBodyQueue({ resume: () => {}, cut: () => {} });
  queue.push(new TextEncoder().encode(body));
  queue.end();
  const headers = new Headers({ 'content-type': type, 'x-note': 'n' });
  return new LeanResponse({ status: 202, statusText: 'Taken', headers }, queue);
}

function createPlatformResponse(): Response {
  const headers = { 'content-type': 'application/json', 'x-note': 'n' };
  return new Response(new TextEncoder().encode(text), { status: 202, statusText: 'Taken', headers });
}

test('is a response', () => {
  const response = createResponse();
  expect(response).toBeInstanceOf(Response);
  const { status, statusText, ok, type, redirected } = response;
  expect({ status, statusText, ok, type, redirected }).toEqual({
    status: 202,
    statusText: 'Taken',
    ok: true,
    type: 'default',
    redirected: false,
  });
  expect([...response.headers]).toEqual([...createPlatformResponse().headers]);
});

describe.each(['text', 'json', 'arrayBuffer', 'bytes'] as const)('its %s()', (name) => {
  test('is what it is of a response of the platform, once', async () => {
    const response = createResponse();
    expect(response.bodyUsed).toBe(false);
    expect(await response[name]()).toEqual(await createPlatformResponse()[name]());
    expect(response.bodyUsed).toBe(true);
    await expect(response[name]()).rejects.toThrow(TypeError);
  });
});

test('its blob knows its type', async () => {
  const blob = await createResponse().blob();
  expect([blob.type, await blob.text()]).toEqual(['application/json', text]);
});

test('its form is read by its type', async () => {
  const response = createResponse({ type: 'application/x-www-form-urlencoded', body: 'a=1&b=2' });
  expect([...(await response.formData())]).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
});

test('a clone has the body too', async () => {
  const response = createResponse();
  const clone = response.clone();
  expect([clone.status, clone.headers.get('x-note')]).toEqual([202, 'n']);
  expect([await clone.text(), await response.text()]).toEqual([text, text]);
});

test('its body is one stream', async () => {
  const response = createResponse();
  expect(response.body).toBe(response.body);
  expect(await new Response(response.body).text()).toBe(text);
  expect(response.bodyUsed).toBe(true);
});

test('its body can be taken once, without a stream', async () => {
  const response = createResponse();
  const value = new TextEncoder().encode(text);
  expect(await response.takeBody()?.read()).toEqual({ done: false, value });
  expect(response.takeBody()).toBeUndefined();
});

test('a body that is a stream by now cannot be taken any more', async () => {
  const response = createResponse();
  expect(response.body).not.toBeNull();
  expect(response.takeBody()).toBeUndefined();
});
