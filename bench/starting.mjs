// From starting the process until it says that it is ready, the schema being up to date and the files in the cache.
import { step } from '../scripts/progress.mjs';
import { startService } from './processes.mjs';

export async function measureStarts(stage) {
  const starts = (stage.results.starts = []);
  await step('Starting the service', async (detail) => {
    const database = await stage.freshDatabase();
    for (let number = 0; number <= stage.options.starts; number += 1) {
      detail(`${number} of ${stage.options.starts}`);
      const service = await startService(stage, { database, roles: 'api,worker,scheduler' });
      await service.stop();
      if (number > 0) starts.push(service.readyMs); // the first one only warms the cache
    }
    await stage.databases.drop(database);
  });
}
