import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Clock } from '../../src/platform/clock.js';
import { newId, type UserId } from '../../src/platform/ids.js';
import { OnUnlock, Slice, type Unlocking } from '../../src/platform/on-unlock.js';

class TestUnlock extends OnUnlock<Unlocking> {}

const caller = (userId = newId<UserId>()): Unlocking => ({ userId, master: {} });

/** Work that can be held up, and a clock that is moved by hand. */
function world() {
  const clock = new Clock();
  let now = Date.UTC(2026, 0, 1);
  clock.now = () => new Date(now);
  const socket = new TestUnlock(clock);
  const begun: Unlocking[] = [];
  let held: Promise<void> = Promise.resolve();
  socket.plug({
    advance: async (who) => {
      begun.push(who);
      await held;
    },
  });
  return {
    socket,
    begun,
    pass: (ms: number) => (now += ms),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

describe('work that needs an open key', () => {
  it('follows an answer once a minute per session, however many there are', async () => {
    const { socket, begun, pass } = world();
    const [ada, bob] = [caller(), caller()];
    for (let n = 0; n < 3; n++) await socket.afterAnswer(ada, 'laptop');
    expect(begun).toEqual([ada]);
    await socket.afterAnswer(ada, 'phone');
    await socket.afterAnswer(bob, 'tablet');
    expect(begun).toEqual([ada, ada, bob]);
    pass(59_999);
    await socket.afterAnswer(ada, 'laptop');
    expect(begun).toHaveLength(3);
    pass(1);
    await socket.afterAnswer(ada, 'laptop');
    expect(begun).toHaveLength(4);
  });

  it('follows no answer to an API key, and follows at once where a request was about it', async () => {
    const { socket, begun } = world();
    const ada = caller();
    await socket.afterAnswer(ada, null);
    expect(begun).toEqual([]);
    await socket.afterAnswer(ada, 'laptop');
    const again = caller(ada.userId);
    socket.urge(again);
    await socket.afterAnswer(again, 'laptop');
    expect(begun).toEqual([ada, again]);
  });

  it('keeps its key until it has returned, also where it was begun while the answer was on its way', async () => {
    const { socket, hold } = world();
    const ada = caller();
    const release = hold();
    const work = socket.advance(ada);
    let isWiped = false;
    const wiped = socket.afterAnswer(ada, null).then(() => (isWiped = true));
    await sleep(5);
    expect(isWiped).toBe(false);
    release();
    await Promise.all([work, wiped]);
    expect(isWiped).toBe(true);
  });

  it('keeps its key no longer than two seconds', async () => {
    const { socket, hold } = world();
    const release = hold();
    await socket.afterAnswer(caller(), 'laptop');
    release();
  });

  it('is done once at a time for each user', async () => {
    const { socket, begun, hold } = world();
    const [ada, again] = [caller(), caller()];
    const release = hold();
    const works = [socket.advance(ada), socket.advance({ ...again, userId: ada.userId }), socket.advance(again)];
    expect(begun).toEqual([ada, again]);
    release();
    await Promise.all(works);
  });

  it('costs nobody anything when it fails', async () => {
    const { socket, begun } = world();
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    socket.plug({ advance: () => Promise.reject(new Error('no')) });
    await expect(socket.advance(caller())).resolves.toBeUndefined();
    expect(begun).toHaveLength(1);
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });

  it('is finished before the process ends, and none is begun any more', async () => {
    const { socket, begun, hold } = world();
    const release = hold();
    void socket.advance(caller());
    let isOver = false;
    const over = socket.beforeApplicationShutdown().then(() => (isOver = true));
    await socket.advance(caller());
    expect([begun.length, isOver]).toEqual([1, false]);
    release();
    await over;
  });

  it('comes in slices of fifty items', () => {
    const slice = new Slice();
    let taken = 0;
    while (slice.take()) taken++;
    expect([taken, slice.left]).toEqual([50, 0]);
  });
});
