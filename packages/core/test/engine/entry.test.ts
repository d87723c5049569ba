import { expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import { createHarness } from './engine-harness.ts';

test.each(['acme/a', ''])(
  'an entry is dead once its row is removed, also when another has its id (%j)',
  async (key) => {
    const { clock, adapter, engine } = createHarness({ script: () => [toReading('running')] });
    const add = () => engine.entry(engine.add({ adapter, ref: { id: 'a' }, key }));
    const first = add();
    await clock.advance(0);
    engine.remove(first.id);
    expect({ isAlive: first.isAlive, reads: first.row.reads, ref: first.ref }).toEqual({
      isAlive: false,
      reads: 0,
      ref: { id: 'a' },
    });
    const second = add();
    expect({ id: second.id, isAlive: second.isAlive, isFirstAlive: first.isAlive }).toEqual({
      id: first.id,
      isAlive: true,
      isFirstAlive: false,
    });
  },
);

test('an observer of a removed row hears nothing of the next one under its id', async () => {
  const { clock, engine, follow } = createHarness({ script: () => [toReading('running')] });
  const first = follow('a');
  const heard: string[] = [];
  const stop = first.observe((event) => heard.push(event.type));
  engine.remove(first.id);
  const second = follow('b');
  const others: string[] = [];
  second.observe((event) => others.push(event.type));
  stop();
  first.observe((event) => heard.push(event.type));
  await clock.advance(0);
  expect({ heard, others }).toEqual({ heard: [], others: ['read'] });
});
