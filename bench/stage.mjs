// What all parts of the benchmark share: the servers, a migrated database to copy, one with a million messages.
import os from 'node:os';
import { temporaryFolder } from '../scripts/guarded.mjs';
import { apiClient } from '../scripts/http-json.mjs';
import { step } from '../scripts/progress.mjs';
import { databasesOn } from './databases.mjs';
import { newSecrets, startService } from './processes.mjs';
import { connectChannels, storeMessages } from './seed.mjs';

export const ADMIN = { email: 'bench@example.com', password: 'correct horse battery', name: 'Benchmark' };

/**
 * Everything is measured on copies of one migrated database, in which a user has three connected accounts. Checks are
 * what must be right whatever the figures are; one that fails makes the benchmark fail.
 */
export async function setStage(options, { databaseUrl, redisUrl, ownPostgres }) {
  const databases = databasesOn(databaseUrl, { ownPostgres });
  const checks = [];
  const stage = {
    options,
    databases,
    redisUrl,
    checks,
    secrets: newSecrets(),
    logFolder: temporaryFolder(os.tmpdir(), 'mbb-bench-'),
    check: (what, isRight, detail = '') => checks.push({ what, isRight, detail }),
    results: {},
  };
  const base = await step('Migrating a database', async () => {
    const database = await databases.create();
    const service = await startService(stage, { database, roles: 'api' });
    const { user } = await apiClient(service.url).post('/api/auth/register', ADMIN);
    await service.stop();
    await connectChannels(database, user.id);
    return database;
  });
  let stored;
  return Object.assign(stage, {
    /** A migrated database with the connected accounts and nothing else; drop it after use. */
    freshDatabase: () => databases.create(base),
    /** The one with the stored messages, made when it is first needed. */
    fullDatabase: () => (stored ??= makeFullDatabase(stage, base)),
  });
}

async function makeFullDatabase(stage, base) {
  const count = stage.options.storedMessages;
  return step(`Storing ${count.toLocaleString('en')} messages`, async (detail) => {
    const database = await stage.databases.create(base);
    await storeMessages(database, count, detail);
    await stage.databases.settle();
    return database;
  });
}
