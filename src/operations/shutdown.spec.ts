import { Logger } from '@nestjs/common';
import { SHUTDOWN_TIMEOUT_MS, closeOnSignals } from './shutdown';

describe('closeOnSignals', () => {
  const listeners = new Map<string, () => void>();
  const exit = jest.fn<undefined, [number]>();
  const close = jest.fn<Promise<void>, []>();
  beforeEach(() => {
    jest.useFakeTimers();
    jest.resetAllMocks();
    Logger.overrideLogger(false);
    closeOnSignals({ close }, { exit, on: (signal, listener) => listeners.set(signal, listener) });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const settle = () => jest.advanceTimersByTimeAsync(0);

  it.each(['SIGTERM', 'SIGINT'])('closes on %s and exits with 0', async (signal) => {
    close.mockResolvedValue();
    listeners.get(signal)?.();
    await settle();
    expect(exit.mock.calls).toEqual([[0]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('exits with 1 when closing fails', async () => {
    close.mockRejectedValue(new Error('no'));
    listeners.get('SIGTERM')?.();
    await settle();
    expect(exit.mock.calls).toEqual([[1]]);
  });

  it('exits with 1 when closing takes too long', async () => {
    close.mockReturnValue(new Promise(() => undefined));
    listeners.get('SIGTERM')?.();
    await jest.advanceTimersByTimeAsync(SHUTDOWN_TIMEOUT_MS - 1);
    expect(exit).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(exit.mock.calls).toEqual([[1]]);
  });

  it('exits at once on a second signal', async () => {
    close.mockReturnValue(new Promise(() => undefined));
    listeners.get('SIGINT')?.();
    listeners.get('SIGINT')?.();
    await settle();
    expect(exit.mock.calls).toEqual([[1]]);
    expect(close).toHaveBeenCalledTimes(1);
  });
});
