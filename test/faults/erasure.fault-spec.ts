import { newId } from '../../src/database/ids';
import { eventually } from '../eventually';
import { type Stage, onStage, seconds } from './stage';
import { query } from './tables';

jest.setTimeout(300_000);

const MESSAGES = 30_000;
const KILLS = 3;
const ANA = '16505558431';
const BEN = '16505559999';

/** Two people with many messages each, straight in the tables. */
async function peopleWithMuchToSay(stage: Stage): Promise<{ accountId: string; ana: string }> {
  const [number] = await query<{ account_id: string; id: string }>(
    stage.databaseUrl,
    'SELECT account_id, id FROM whatsapp_phone_numbers LIMIT 1',
  );
  if (number === undefined) throw new Error('There is no number.');
  const accountId = number.account_id;
  const contacts = { [ANA]: newId(), [BEN]: newId() };
  for (const [value, contactId] of Object.entries(contacts)) {
    const conversationId = newId();
    await query(stage.databaseUrl, `INSERT INTO contacts (account_id, id, name) VALUES ($1, $2, $3)`, [
      accountId,
      contactId,
      value === ANA ? 'Ana' : 'Ben',
    ]);
    await query(
      stage.databaseUrl,
      `INSERT INTO contact_identities (account_id, kind, value, contact_id) VALUES ($1, 'wa_id', $2, $3)`,
      [accountId, value, contactId],
    );
    await query(
      stage.databaseUrl,
      `INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, last_seq, last_message_at)
       VALUES ($1, $2, 'whatsapp', $3, $4, $5, now())`,
      [accountId, conversationId, number.id, contactId, MESSAGES],
    );
    await query(
      stage.databaseUrl,
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type, type,
                             message_text, status, seq, "timestamp")
       SELECT $1, told.id, $2, $3, $4, 'whatsapp', 'inbound', 'customer', 'text', 'from ' || $5, 'received', told.seq, now()
         FROM unnest($6::uuid[]) WITH ORDINALITY AS told (id, seq)`,
      [
        accountId,
        conversationId,
        number.id,
        contactId,
        value,
        Array.from({ length: MESSAGES }, () => newId()),
      ],
    );
  }
  return { accountId, ana: contacts[ANA] };
}

const left = async (stage: Stage, value: string): Promise<number> => {
  const sql = 'SELECT count(*)::int AS count FROM messages WHERE message_text = $1';
  const [row] = await query<{ count: number }>(stage.databaseUrl, sql, [`from ${value}`]);
  return row?.count ?? 0;
};

describe('removing a person’s data', () => {
  it('goes on where it was when the worker is killed, until nothing is left, and touches nobody else', () =>
    onStage('kill -9 in the middle of an erasure', async (stage) => {
      await stage.start('the API', { APP_ROLES: 'api,scheduler' });
      await stage.connect();
      const { accountId, ana } = await peopleWithMuchToSay(stage);
      const answer = await stage.client.delete<{ erasureId: string }>(`/api/meta/contacts/${ana}`);
      expect([answer.status, answer.text]).toEqual([202, expect.anything()]);
      const worker = await stage.start('the worker', { APP_ROLES: 'worker' });
      const begun = Date.now();
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const bound = MESSAGES - Math.floor((MESSAGES / (KILLS + 2)) * kill);
        await eventually(
          () => left(stage, ANA),
          (count) => count < bound,
          { timeoutMs: 60_000, intervalMs: 5 },
        );
        await worker.kill();
        const remaining = await left(stage, ANA);
        if (kill === 1 && remaining === 0) throw new Error('It was over before anybody was killed.');
        // Nobody has to wait for the lease of one who is dead.
        await query(
          stage.databaseUrl,
          'UPDATE contact_erasures SET next_run_at = now() WHERE next_run_at IS NOT NULL',
        );
        await worker.start();
      }
      const done = await eventually(
        () =>
          stage.client.get<{ status: string; removed: Record<string, number> }>(
            `/api/meta/contacts/erasures/${answer.body.data.erasureId}`,
          ),
        ({ body }) => body.data.status === 'completed',
        { timeoutMs: 120_000 },
      );
      // Counted in the transactions that removed them: once each.
      expect(done.body.data.removed).toMatchObject({ messages: MESSAGES, conversations: 1, contacts: 1 });
      expect([await left(stage, ANA), await left(stage, BEN)]).toEqual([0, MESSAGES]);
      const rows = await query<{ name: string }>(
        stage.databaseUrl,
        'SELECT name FROM contacts WHERE account_id = $1',
        [accountId],
      );
      expect(rows).toEqual([{ name: 'Ben' }]);
      stage.say(`${MESSAGES} messages removed over ${KILLS} kills in ${seconds(Date.now() - begun)}`);
    }));
});
