import { toBody } from './fixture-server.ts';
import type { FixtureAnswer, FixtureReply } from './harness.ts';
import { toAnswer } from './scene.ts';

/** The same reply with something changed in whatever it answers. */
export function alterReply(
  reply: FixtureReply,
  change: (answer: FixtureAnswer) => FixtureAnswer,
): FixtureReply {
  return (request, ref) => change(toAnswer(reply, request, ref));
}

/** The same reply with its body changed, where that is JSON. */
export function alterJson(reply: FixtureReply, change: (json: unknown) => unknown): FixtureReply {
  return alterReply(reply, (answer) => {
    const json = toJson(answer);
    if (json === undefined) return answer;
    const { text: _text, ...rest } = answer;
    return { ...rest, json: change(json) };
  });
}

/** The body as a JSON value; undefined when it is none. */
export function toJson(answer: FixtureAnswer): unknown {
  if (answer.text === undefined) return answer.json;
  try {
    return JSON.parse(toBody(answer));
  } catch {
    return undefined;
  }
}
