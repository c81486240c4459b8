import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditWriter } from '../audit/audit-writer';
import { AuditWriterModule } from '../audit/audit-writer.module';
import { ConfigModule } from '../config/config.module';
import { parseEnv } from '../config/env';
import { runCommand } from '../config/run-command';
import { CryptoModule } from '../crypto/crypto.module';
import { DatabaseModule } from '../database/database.module';
import { type ReencryptionCount, TokenReencryption } from './token-reencryption.service';

/** As little of the application as re-encrypting needs: no Redis, no Meta, no schedule. */
@Module({})
export class ReencryptTokensModule {
  static forEnvironment(env: Readonly<Record<string, string | undefined>>): DynamicModule {
    return {
      module: ReencryptTokensModule,
      imports: [ConfigModule.forEnvironment(env), DatabaseModule, CryptoModule, AuditWriterModule],
      providers: [TokenReencryption],
    };
  }
}

function totalOf(counts: readonly ReencryptionCount[]): Record<string, number> {
  const sum = (of: (count: ReencryptionCount) => number): number =>
    counts.reduce((total, count) => total + of(count), 0);
  return {
    reencrypted: sum(({ reencrypted }) => reencrypted),
    current: sum(({ current }) => current),
    unreadable: sum(({ unreadable }) => unreadable),
  };
}

/**
 * `npm run tokens:reencrypt`, after a new key was put first in ENCRYPTION_KEYS and the service restarted with it. Once it
 * reports nothing unreadable, the older keys may go.
 * @returns the exit code: 1 when a secret could not be read
 */
export async function reencryptTokens(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<number> {
  parseEnv(env); // first, for its plain list of what is wrong
  const app = await NestFactory.createApplicationContext(ReencryptTokensModule.forEnvironment(env), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  try {
    const counts = await app.get(AuditWriter).during(
      {
        actor: { kind: 'system', name: 'tokens:reencrypt' },
        action: 'secrets.reencrypt',
        operation: 'npm run tokens:reencrypt',
      },
      () => app.get(TokenReencryption).run(),
      totalOf,
    );
    for (const { table, column, reencrypted, current, unreadable } of counts) {
      say(
        `${table}.${column}: ${reencrypted} re-encrypted, ${current} already current, ${unreadable} unreadable`,
      );
    }
    return counts.some(({ unreadable }) => unreadable > 0) ? 1 : 0;
  } finally {
    await app.close();
  }
}

runCommand(module, (env, _, say) => reencryptTokens(env, say));
