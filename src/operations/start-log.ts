import type { LoggerService } from '@nestjs/common';
import { Logger, PinoLogger } from 'nestjs-pino';
import type { Env } from '../config/env';
import { logOptions } from './log-options';

/** What Nest tells of every module and route at each start, by the hundred lines. */
const CHATTY_CONTEXTS = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver']);

/** The log from the first line on: what goes wrong while the modules are put together must not wait for them. */
export function createLog(env: Pick<Env, 'LOG_LEVEL' | 'LOG_PRETTY'>): LoggerService {
  const options = logOptions(env);
  return withoutChatter(new Logger(new PinoLogger(options), options));
}

export function withoutChatter(logger: Logger): LoggerService {
  return {
    log(message: unknown, ...rest: unknown[]) {
      const context = rest.at(-1);
      if (typeof context !== 'string' || !CHATTY_CONTEXTS.has(context)) logger.log(message, ...rest);
    },
    error: logger.error.bind(logger),
    warn: logger.warn.bind(logger),
    debug: logger.debug.bind(logger),
    verbose: logger.verbose.bind(logger),
    fatal: logger.fatal.bind(logger),
  };
}
