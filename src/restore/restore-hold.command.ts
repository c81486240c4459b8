import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { parseDatabaseEnv } from '../config/database-env';
import { runCommand } from '../config/run-command';
import { giveUpUnsentMessages } from '../conversations/sends/restored-sends';
import { APPLICATION_NAME, dataSourceOptions } from '../database/data-source';
import { giveUpUnpublishedPosts } from '../facebook/posts/restored-publications';
import { giveUpUnpublishedMedia } from '../instagram/publishing/restored-publications';
import { holdRestoredCampaigns } from '../whatsapp/campaigns/restored-campaigns';

/** The service runs: what it takes from the restored rows, nobody can hold back any more. */
export class ServiceRunsError extends Error {
  constructor(connections: number) {
    super(
      `The service is connected to this database (${connections} connections). Stop all of its processes, then run this ` +
        'before any of them starts.',
    );
    this.name = ServiceRunsError.name;
  }
}

/**
 * `npm run restore:hold`, after a backup was restored and before the service starts on it. What the service did after the
 * backup is not in it: an order that waits there may have been carried out since. All of them become `unknown`, so that
 * nothing goes out twice. All or none; running it again changes nothing.
 * @throws ServiceRunsError
 */
export async function holdRestored(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<void> {
  const { DATABASE_URL } = parseDatabaseEnv(env);
  const database = await new DataSource(
    dataSourceOptions(DATABASE_URL, 1, `${APPLICATION_NAME}: restore:hold`),
  ).initialize();
  try {
    const lines = await database.transaction(async (tx) => {
      const [service]: { connections: number }[] = await tx.query(
        `SELECT count(*)::int AS connections FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = $1`,
        [APPLICATION_NAME],
      );
      if (service !== undefined && service.connections > 0) throw new ServiceRunsError(service.connections);
      const messages = await giveUpUnsentMessages(tx);
      const { campaigns, recipients } = await holdRestoredCampaigns(tx);
      const posts = await giveUpUnpublishedPosts(tx);
      const media = await giveUpUnpublishedMedia(tx);
      return [
        `Messages: ${messages.givenUp} may have left after the backup and will be unknown; ${messages.planned} are planned for later and stay`,
        `Campaigns: ${campaigns} paused; ${recipients} recipients unknown`,
        `Posts of Pages: ${posts} may have been published and are unknown`,
        `Instagram: ${media.givenUp} may have been published and are unknown; ${media.planned} are planned for later and stay`,
      ];
    });
    for (const line of lines) say(line);
  } finally {
    await database.destroy();
  }
}

runCommand(module, (env, _, say) => holdRestored(env, say));
