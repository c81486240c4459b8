import { type INestApplicationContext, Logger } from '@nestjs/common';

/** Orchestrators kill after thirty seconds; what is not handed back by then is found by the sweeps after a restart. */
export const SHUTDOWN_TIMEOUT_MS = 25_000;

/** What of the process is used, so that it can be tried without ending one. */
export interface SignalledProcess {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * On SIGTERM or SIGINT: take no more, finish what is under way, exit with 0; with 1 after SHUTDOWN_TIMEOUT_MS or when
 * closing fails. A second signal exits at once.
 */
export function closeOnSignals(app: Pick<INestApplicationContext, 'close'>, process: SignalledProcess): void {
  const log = new Logger('Shutdown');
  let closing = false;
  const close = async (signal: string): Promise<void> => {
    if (closing) {
      process.exit(1);
      return;
    }
    closing = true;
    log.log(`${signal}: closing`);
    const timer = setTimeout(() => {
      log.error(`Not closed after ${SHUTDOWN_TIMEOUT_MS} ms: exiting with work unfinished`);
      process.exit(1);
    }, SHUTDOWN_TIMEOUT_MS);
    try {
      await app.close();
      log.log('Closed');
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'Closing failed');
      process.exit(1);
    } finally {
      clearTimeout(timer);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void close(signal));
  }
}
