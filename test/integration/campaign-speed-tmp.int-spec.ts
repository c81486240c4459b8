import { CampaignFeeder } from '../../src/whatsapp/campaigns/campaign-feeder';
import { CampaignOutcomesSubscriber } from '../../src/whatsapp/campaigns/campaign-outcomes.subscriber';
import { aCampaign, addCsv } from '../factories/campaigns.factory';
import { aMessenger } from '../factories/messaging.factory';
import { startTestApp } from '../test-app';
import { writeFileSync, appendFileSync } from 'node:fs';

it('speed', async () => {
  writeFileSync('/tmp/speed.txt', '');
  const log = (...a: unknown[]) => appendFileSync('/tmp/speed.txt', a.join(' ') + '\n');
  const app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
  const admin = app.api.as(await app.api.registerAdmin());
  const me = await aMessenger(app, admin);
  const id = await aCampaign(me.client);
  const list = Array.from({ length: 10000 }, (_, i) => `+1650555${String(i).padStart(4, '0')}`);
  let t = Date.now();
  const r = await addCsv(me.client, id, `phone\n${list.join('\n')}\n`);
  log('import', r.body.data.added, Date.now() - t);
  await app.db.query(`UPDATE whatsapp_phone_numbers SET throughput_level='HIGH'`);
  await app.db.query(`UPDATE campaigns SET state='running'`);
  const feeder = app.app.get(CampaignFeeder);
  const key = { accountId: me.accountId as never, id: id as never };
  const query = app.db.constructor.prototype;
  void query;
  for (let i = 0; i < 2; i++) {
    t = Date.now();
    const cpu = process.cpuUsage();
    await feeder.feed(key);
    const [p] = await app.db.query('SELECT queued FROM campaign_progress');
    const used = process.cpuUsage(cpu);
    log('feed', p.queued, Date.now() - t, (used.user + used.system) / 1000);
  }
  const rows: { account_id: string; message_id: string }[] = await app.db.query('SELECT account_id, message_id FROM campaign_recipients WHERE message_id IS NOT NULL LIMIT 2000');
  const sub = app.app.get(CampaignOutcomesSubscriber) as unknown as { record(e: unknown[], tx: unknown): Promise<void> };
  for (const status of ['accepted', 'sent', 'read']) {
    t = Date.now();
    for (let at = 0; at < rows.length; at += 500)
      await app.db.transaction(async (tx) => {
        const original = tx.query.bind(tx);
        Object.assign(tx, { query: async (sql: string, p: unknown[]) => {
          const s = Date.now();
          const out: unknown = await original(sql, p);
          log('   ', sql.trim().slice(0, 30).replace(/\n/g, ' '), Date.now() - s);
          if (at === 0 && status === 'sent' && sql.includes('WITH told')) {
            const plan: { 'QUERY PLAN': string }[] = await original('EXPLAIN ' + sql, p);
            log(plan.map((l) => l['QUERY PLAN']).join('\n'));
          }
          return out;
        } });
        await sub.record(rows.slice(at, at + 500).map((row) => ({ accountId: row.account_id, payload: { messageId: row.message_id, status } })), tx);
      });
    log(status, rows.length, Date.now() - t);
  }
  t = Date.now();
  await me.client.get(`/api/meta/whatsapp/campaigns/${id}/forecast`);
  log('forecast', Date.now() - t);
  await app.close();
}, 200000);
