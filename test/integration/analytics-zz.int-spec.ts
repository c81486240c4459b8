import { MetricsRepository } from '../../src/analytics/message-metrics/metrics.repository';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import { metricRange } from '../../src/analytics/message-metrics/metric-range';
import { aTenant } from '../factories/conversations.factory';
import { aCountingProcess } from '../factories/message-metrics.factory';
import { openMigratedDatabase } from '../migrated-database';
jest.setTimeout(600_000);
it('bench', async () => {
  const { db, close } = await openMigratedDatabase();
  const tenant = await aTenant(db);
  const { accountId, assetId } = tenant;
  const log = (...a: unknown[]) => process.stderr.write(a.join(' ') + '\n');
  await db.query(`INSERT INTO contacts (account_id, id) VALUES ($1, $1)`, [accountId]);
  await db.query(`INSERT INTO conversations (account_id, id, platform, asset_id, contact_id) VALUES ($1, $1, 'whatsapp', $2, $1)`, [accountId, assetId]);
  const N = 50_000;
  let t = Date.now();
  await db.query(`INSERT INTO messages (account_id, id, conversation_id, asset_id, platform, direction, sender_type, type, content, status, seq, "timestamp")
    SELECT $1, (lpad(to_hex((extract(epoch from now())*1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 19, '0'))::uuid, $1, $2, 'whatsapp', 'outbound', 'agent', 'template', '{"name":"a","language":{"code":"de"}}', 'read', n, now() - n * interval '10 minutes' FROM generate_series(1, ${N}) n`, [accountId, assetId]);
  log('messages', Date.now() - t); t = Date.now();
  await db.query(`INSERT INTO message_statuses (account_id, message_id, status, at, details) SELECT account_id, id, s, "timestamp" + interval '1 minute', '{"pricing":{"category":"marketing"}}' FROM messages, unnest(ARRAY['sent','delivered','read']) s`);
  log('statuses', Date.now() - t); t = Date.now();
  await db.query('TRUNCATE message_metric_changes');
  await db.query(`INSERT INTO message_metric_changes (account_id, message_ids) SELECT account_id, array_agg(id) FROM (SELECT account_id, id, row_number() OVER (ORDER BY id) / 100 AS part FROM messages) x GROUP BY 1, part`);
  t = Date.now();
  log('drained', await aCountingProcess(db).counting.drain(), Date.now() - t, 'ms without statistics'); 
  t = Date.now();
  const r = await new MetricsRebuild(db).run({});
  log('rebuild', Date.now() - t, JSON.stringify(r.filter((x) => x.messages > 0)));
  await db.query('TRUNCATE message_metrics');
  await db.query(`INSERT INTO message_metrics SELECT $1, 'account', 'whatsapp', '00000000-0000-0000-0000-000000000000', date_bin('15 minutes', now(), '2000-01-01Z') - n * interval '15 minutes', '', '', '', '2026-01-01', 1,1,1,1,1,1,1,1,1 FROM generate_series(1, 70080) n`, [accountId]);
  await db.query(`INSERT INTO message_metrics SELECT $1, 'channel', 'whatsapp', ('00000000-0000-0000-0000-' || lpad((n % 100 + 1)::text, 12, '0'))::uuid, date_bin('15 minutes', now(), '2000-01-01Z') - (n * 7 % 70080) * interval '15 minutes', '', '', '', '2026-01-01', 1,1,1,1,1,1,1,1,1 FROM generate_series(1, 1000000) n ON CONFLICT DO NOTHING`, [accountId]);
  await db.query('VACUUM ANALYZE message_metrics');
  const repo = new MetricsRepository(db);
  const assets = Array.from({ length: 100 }, (_, i) => `00000000-0000-0000-0000-${String(i + 1).padStart(12, '0')}`) as (typeof assetId)[];
  for (const days of [30, 730]) {
    for (let k = 0; k < 3; k += 1) {
      t = performance.now();
      const range = metricRange({ timeZone: 'Europe/Berlin', startDate: new Date(Date.now() - days * 86_400_000).toISOString() });
      const t1 = performance.now();
      const scope = { accountId, template: null, from: range.bounds[0]!, until: range.bounds.at(-1)! };
      await repo.series({ ...scope, assetIds: null }, range.bounds);
      const t2 = performance.now();
      await repo.series({ ...scope, assetIds: assets.slice(0, 1) }, range.bounds);
      const t3 = performance.now();
      await repo.byChannel({ ...scope, assetIds: assets });
      log(days, 'range', (t1 - t).toFixed(1), 'account', (t2 - t1).toFixed(1), 'one number', (t3 - t2).toFixed(1), 'by number', (performance.now() - t3).toFixed(1));
    }
  }
  log(JSON.stringify(await db.query(`SELECT count(*), pg_size_pretty(pg_total_relation_size('message_metrics')) FROM message_metrics`)));
  await close();
});
