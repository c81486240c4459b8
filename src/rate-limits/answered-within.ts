/**
 * The value of a promise, or null once so many milliseconds have passed; the promise itself goes on. Time that this process
 * spent on something else does not count as that of whoever was asked: an answer that has arrived by then is taken.
 * @param promise one that does not reject
 */
export async function answeredWithin<T>(timeoutMs: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      // Timers run before what has arrived is read, immediates after.
      setImmediate(() => {
        resolve(null);
      });
    }, timeoutMs);
    void promise.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
