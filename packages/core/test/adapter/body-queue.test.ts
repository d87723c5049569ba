import { describe, expect, test, vi } from 'vitest';
import { createBodyQueue, toBodyStream } from '../../src/adapter/body-queue.ts';

function createQueue() {
  const sender = { resume: vi.fn(), cut: vi.fn() };
  return { ...sender, queue: createBodyQueue(sender) };
}

const bytes = (length: number) => new Uint8Array(length).fill(length % 256);

describe('a body', () => {
  test('is read in the order in which it came, and then is at its end', async () => {
    const { queue } = createQueue();
    queue.push(bytes(1));
    queue.push(bytes(2));
    queue.end();
    expect(await queue.read()).toEqual({ done: false, value: bytes(1) });
    expect(await queue.read()).toEqual({ done: false, value: bytes(2) });
    expect(await queue.read()).toEqual({ done: true });
    expect(await queue.read()).toEqual({ done: true });
  });

  test('is waited for', async () => {
    const { queue } = createQueue();
    const first = queue.read();
    queue.push(bytes(3));
    expect(await first).toEqual({ done: false, value: bytes(3) });
    const last = queue.read();
    queue.end();
    expect(await last).toEqual({ done: true });
  });

  test('that is cut off is lost to whoever waits for it, and to whoever comes later', async () => {
    const { queue } = createQueue();
    const error = new Error('cut off');
    const waiting = queue.read();
    queue.fail(error);
    await expect(waiting).rejects.toBe(error);
    await expect(queue.read()).rejects.toBe(error);
  });

  test('that is cut off is lost with what has come of it', async () => {
    const { queue } = createQueue();
    queue.push(bytes(1));
    queue.fail(new Error('cut off'));
    await expect(queue.read()).rejects.toThrow('cut off');
  });
});

describe('a body that comes faster than it is read', () => {
  test('is held up, and goes on when there is room again', async () => {
    const { queue, resume } = createQueue();
    expect(queue.push(bytes(40_000))).toBe(true);
    expect(queue.push(bytes(40_000))).toBe(false);
    await queue.read();
    expect(resume).toHaveBeenCalledOnce();
    expect(queue.push(bytes(10_000))).toBe(true);
    await queue.read();
    expect(resume).toHaveBeenCalledOnce();
  });

  test('stays held up while there is no room', async () => {
    const { queue, resume } = createQueue();
    queue.push(bytes(10_000));
    expect(queue.push(bytes(70_000))).toBe(false);
    await queue.read();
    expect(resume).not.toHaveBeenCalled();
    await queue.read();
    expect(resume).toHaveBeenCalledOnce();
  });

  test('may go on within the call that lets it', async () => {
    const { queue, resume } = createQueue();
    resume.mockImplementation(() => {
      queue.push(bytes(5));
      queue.end();
    });
    queue.push(bytes(70_000));
    await queue.read();
    expect(await queue.read()).toEqual({ done: false, value: bytes(5) });
    expect(await queue.read()).toEqual({ done: true });
  });
});

describe('to cancel a body', () => {
  test('cuts it off, once', async () => {
    const { queue, cut } = createQueue();
    await queue.cancel('enough');
    await queue.cancel('enough');
    expect(cut.mock.calls).toEqual([['enough']]);
    expect(await queue.read()).toEqual({ done: true });
  });

  test('that has come as a whole cuts nothing', async () => {
    const { queue, cut } = createQueue();
    queue.end();
    await queue.cancel();
    expect(cut).not.toHaveBeenCalled();
  });
});

describe('a stream of a body', () => {
  test('says the same', async () => {
    const { queue } = createQueue();
    const text = new Response(toBodyStream(queue)).text();
    queue.push(new TextEncoder().encode('one, '));
    queue.push(new TextEncoder().encode('two'));
    queue.end();
    expect(await text).toBe('one, two');
  });

  test('fails with what cut the body off', async () => {
    const { queue } = createQueue();
    const error = new Error('cut off');
    const text = new Response(toBodyStream(queue)).text();
    queue.fail(error);
    await expect(text).rejects.toBe(error);
  });

  test('takes no more than it is asked for', async () => {
    const { queue, resume } = createQueue();
    queue.push(bytes(70_000));
    const reader = toBodyStream(queue).getReader();
    await Promise.resolve();
    expect(resume).not.toHaveBeenCalled();
    await reader.read();
    expect(resume).toHaveBeenCalledOnce();
  });

  test('cuts the body off when it is canceled', async () => {
    const { queue, cut } = createQueue();
    await toBodyStream(queue).cancel('enough');
    expect(cut.mock.calls).toEqual([['enough']]);
  });
});
