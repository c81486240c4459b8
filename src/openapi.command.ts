import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { UNPREFIXED } from './app.setup';
import { buildApiDocument } from './http/openapi';
import { outlineOf } from './http/openapi-outline';

/** The least that settings are checked for. Nothing is connected to, and nothing of it gets into the document. */
const ENVIRONMENT = {
  META_APP_ID: '1',
  META_APP_SECRET: '0'.repeat(32),
  DATABASE_URL: 'postgres://127.0.0.1:9/none',
  REDIS_URL: 'redis://127.0.0.1:9',
  ENCRYPTION_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
  JWT_SECRET: 'none'.repeat(8),
};

/**
 * Writes the API document without PostgreSQL, Redis or Meta: in Nest's preview mode nothing is instantiated, and the
 * document is made of what classes say of themselves. `node dist/src/openapi.command.js <file> [--whole]`; `--whole` writes
 * what is served, with all examples.
 */
async function main([file, option]: readonly string[]): Promise<void> {
  if (file === undefined) throw new Error('Say which file to write.');
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forEnvironment(ENVIRONMENT),
    new FastifyAdapter(),
    { preview: true, logger: ['error'], abortOnError: false },
  );
  app.setGlobalPrefix('api', { exclude: UNPREFIXED });
  const document = buildApiDocument(app);
  const written = option === '--whole' ? document : outlineOf(document);
  writeFileSync(file, `${JSON.stringify(written, null, 1)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
