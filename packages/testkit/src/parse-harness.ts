import { ConfigurationError } from '@migration-status/core/adapter';
import type { AdapterHarness } from './harness.ts';
import { isJsonObject } from './json-tree.ts';

/** Checks a harness, or throws a `ConfigurationError` that names the first field that cannot be used. */
export function parseHarness<Ref>(harness: AdapterHarness<Ref>): AdapterHarness {
  if (!isJsonObject(harness)) throw toError('', 'an object');
  const { create, toRef, samples, unrecognised, stateFields, requestsPerStatus = 1 } = harness;
  const { batch, list, start, cancel, push, statesTable } = harness;
  if (typeof create !== 'function') throw toError('create', 'a function that makes an adapter');
  if (typeof toRef !== 'function') throw toError('toRef', 'a function that makes a ref of an id');
  if (!Array.isArray(samples) || samples.length === 0)
    throw toError('samples', 'a list of samples, not empty');
  const labels = new Set<string>();
  for (const [index, sample] of samples.entries()) {
    const { label, reply, expect } = sample;
    const place = `samples[${index}]`;
    if (typeof label !== 'string' || labels.has(label)) throw toError(`${place}.label`, 'a text of its own');
    if (!isReply(reply)) throw toError(`${place}.reply`, replyExpectation);
    if (!isExpectation(expect)) throw toError(`${place}.expect`, expectExpectation);
    labels.add(label);
  }
  if (!isReply(unrecognised)) throw toError('unrecognised', replyExpectation);
  if (stateFields !== undefined && !isTexts(stateFields))
    throw toError('stateFields', 'a list of names of fields');
  if (!Number.isInteger(requestsPerStatus) || requestsPerStatus < 1)
    throw toError('requestsPerStatus', 'a whole number above 0');
  if (batch && typeof batch.toAnswer !== 'function')
    throw toError('batch.toAnswer', 'a function that makes an answer');
  if (list && !(Array.isArray(list.pages) && list.pages.length > 0 && list.pages.every(isReply)))
    throw toError('list.pages', 'a list of replies, not empty');
  if (list && !(isTexts(list.ids) && list.ids.length > 0))
    throw toError('list.ids', 'a list of ids, not empty');
  if (start && !isReply(start.reply)) throw toError('start.reply', replyExpectation);
  if (cancel && !isReply(cancel.reply)) throw toError('cancel.reply', replyExpectation);
  if (push && typeof push.sign !== 'function') throw toError('push.sign', 'a function that makes headers');
  if (push && typeof push.unknownEvent !== 'string') throw toError('push.unknownEvent', 'a body, as text');
  if (push && !(Array.isArray(push.samples) && push.samples.length > 0))
    throw toError('push.samples', 'a list of samples, not empty');
  for (const [index, { body, expect }] of push?.samples.entries() ?? []) {
    if (typeof body !== 'string') throw toError(`push.samples[${index}].body`, 'a body, as text');
    if (!isExpectation(expect)) throw toError(`push.samples[${index}].expect`, expectExpectation);
  }
  if (statesTable !== undefined && typeof statesTable !== 'string' && !(statesTable instanceof URL))
    throw toError('statesTable', 'a text or the URL of a file');
  return harness;
}

const replyExpectation = 'an answer, or a function that makes one';
const expectExpectation = 'an object with the state that is meant';

function isReply(value: unknown): boolean {
  return typeof value === 'function' || isJsonObject(value);
}

function isExpectation(value: unknown): boolean {
  return isJsonObject(value) && typeof value.state === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function toError(option: string, expectation: string): ConfigurationError {
  const subject = option === '' ? 'the harness' : `"${option}"`;
  return new ConfigurationError({ option, message: `adapter harness: ${subject} must be ${expectation}` });
}
