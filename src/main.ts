import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { createApp } from './app.setup';
import { type Env, parseEnv, processEnvironment } from './config/env';
import { explainStartFailure } from './operations/start-failure';
import { closeOnSignals } from './operations/shutdown';

async function main(): Promise<void> {
  const environment = processEnvironment();
  const env: Env = parseEnv(environment);
  // Something went on without anybody waiting for it; what else it left undone is unknown.
  process.on('unhandledRejection', (reason) => {
    new Logger('Process').fatal({ err: reason }, 'Unhandled rejection');
    process.exit(1);
  });
  process.on('uncaughtException', (error) => {
    new Logger('Process').fatal({ err: error }, 'Uncaught exception');
    process.exit(1);
  });
  const app = await createApp(environment);
  closeOnSignals(app, process);
  await app.listen(env.PORT, env.HOST);
  new Logger('Main').log(`Listening on ${await app.getUrl()} as ${env.APP_ROLES.join(', ')}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exit(1);
});
