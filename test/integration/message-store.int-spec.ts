import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import type { ContactsService } from '../../src/conversations/contacts/contacts.service';
import type {
  ArrivedMessage,
  ArrivedStatus,
  DeliveryStatus,
} from '../../src/conversations/conversation-types';
import type { MessageStore } from '../../src/conversations/messages/message-store.service';
import { MessageMediaReaders } from '../../src/conversations/message-media';
import { MessagesService } from '../../src/conversations/messages/messages.service';
import type { SendResult } from '../../src/conversations/conversation-types';
import type { SendClaims } from '../../src/conversations/sends/send-claims.service';
import type { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import { WaitingSweeper } from '../../src/conversations/messages/waiting.sweeper';
import { AppConfig } from '../../src/config/app-config';
import { parseEnv } from '../../src/config/env';
import type { MessageId } from '../../src/database/ids';
import {
  type Tenant,
  aSendOrder,
  aTenant,
  anArrivedMessage,
  anArrivedStatus,
} from '../factories/conversations.factory';
import { accepted, beginSend, messageStores, settleSend } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';
import { testEnvironment } from '../test-app';

let db: DataSource;
let close: () => Promise<void>;
let store: MessageStore;
let ledger: SendLedger;
let claims: SendClaims;
let settle: (result: SendResult) => Promise<void>;
let tenant: Tenant;
let contacts: ContactsService;
let sweeper: WaitingSweeper;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  const stores = messageStores(db);
  ({ store, ledger, claims, contacts } = stores);
  settle = (result) => settleSend(db, stores.settlement, result);
  sweeper = new WaitingSweeper(
    db,
    stores.statuses,
    stores.changes,
    new AppConfig(parseEnv(testEnvironment('postgres://x/x', 3000))),
  );
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  tenant = await aTenant(db);
});

const storeAll = (messages: ArrivedMessage[]): Promise<void> =>
  db.transaction((tx) => store.storeArrived(tx, messages));
const applyAll = (statuses: ArrivedStatus[]): Promise<void> =>
  db.transaction((tx) => store.applyStatuses(tx, statuses));
const rowsOf = (table: string): Promise<Record<string, unknown>[]> =>
  db.query(`SELECT * FROM ${table} WHERE account_id = $1`, [tenant.accountId]);
const statusOf = async (id: string): Promise<unknown> =>
  (await db.query<{ status: string }[]>('SELECT status FROM messages WHERE id = $1', [id]))[0]?.status;

async function anAcceptedSend(): Promise<{ id: MessageId; externalId: string }> {
  const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
  const send = await beginSend(db, tenant.accountId, messageId);
  const externalId = `wamid.${messageId}`;
  await settle(accepted(send!, externalId));
  return { id: messageId, externalId };
}

describe('a message that arrives', () => {
  it('is stored once, with one contact, one conversation and one event, however often it comes', async () => {
    const message = anArrivedMessage(tenant);
    await storeAll([message, message]);
    await storeAll([message]);
    expect(await rowsOf('messages')).toMatchObject([{ message_text: 'Hello', status: 'received', seq: '1' }]);
    expect(await rowsOf('contacts')).toMatchObject([{ name: 'Ana' }]);
    expect(await rowsOf('conversations')).toMatchObject([
      { unread_count: 1, last_seq: '1', status: 'active' },
    ]);
    expect(await rowsOf('domain_events')).toMatchObject([{ kind: 'message.created', seq: '1' }]);
  });

  it('is stored once when two transactions store it at the same time', async () => {
    const messages = Array.from({ length: 20 }, (_, index) =>
      anArrivedMessage(tenant, {
        person: { identities: [{ kind: 'wa_id', value: `1650555${index % 5}` }], name: null, profile: {} },
      }),
    );
    await Promise.all([
      storeAll(messages),
      storeAll([...messages].reverse()),
      storeAll(messages.slice(5, 15)),
    ]);
    expect(await rowsOf('messages')).toHaveLength(20);
    expect(await rowsOf('contacts')).toHaveLength(5);
    expect(await rowsOf('conversations')).toHaveLength(5);
    const conversations = (await rowsOf('conversations')) as { last_seq: string; unread_count: number }[];
    expect(conversations.map((row) => [row.last_seq, row.unread_count])).toEqual(Array(5).fill(['4', 4]));
  });

  it('gets the next number of its conversation, without gaps, in order of arrival', async () => {
    await storeAll([anArrivedMessage(tenant), anArrivedMessage(tenant)]);
    await storeAll([anArrivedMessage(tenant)]);
    const seqs = (await rowsOf('messages')).map((row) => row.seq).sort();
    expect(seqs).toEqual(['1', '2', '3']);
  });

  it('belongs to a contact without any phone number when only the business-scoped id is known', async () => {
    const person = {
      identities: [{ kind: 'bsuid' as const, value: 'US.13491208655302741918' }],
      name: '@ana',
      profile: {},
    };
    await storeAll([anArrivedMessage(tenant, { person }), anArrivedMessage(tenant, { person })]);
    expect(await rowsOf('contact_identities')).toMatchObject([{ kind: 'bsuid' }]);
    expect(await rowsOf('conversations')).toMatchObject([{ unread_count: 2 }]);
  });

  it('joins the known contact when one of its identities is known, and teaches the others', async () => {
    await storeAll([anArrivedMessage(tenant)]);
    const both = {
      identities: [
        { kind: 'wa_id' as const, value: '16505551234' },
        { kind: 'bsuid' as const, value: 'US.1' },
      ],
      name: 'Ana B.',
      profile: { username: '@ana' },
    };
    await storeAll([anArrivedMessage(tenant, { person: both })]);
    await storeAll([
      anArrivedMessage(tenant, {
        person: { identities: [{ kind: 'bsuid', value: 'US.1' }], name: null, profile: {} },
      }),
    ]);
    expect(await rowsOf('contacts')).toMatchObject([{ name: 'Ana B.', profile: { username: '@ana' } }]);
    expect(await rowsOf('conversations')).toHaveLength(1);
  });

  it('opens the service window for 24 hours from the latest message, in whatever order they come', async () => {
    await storeAll([anArrivedMessage(tenant, { at: new Date('2026-03-14T12:00:00Z'), text: 'later' })]);
    await storeAll([anArrivedMessage(tenant, { at: new Date('2026-03-14T09:00:00Z'), text: 'earlier' })]);
    expect(await rowsOf('conversations')).toMatchObject([
      { window_expires_at: new Date('2026-03-15T12:00:00Z'), last_message_preview: 'later' },
    ]);
  });

  it('opens no window, is not unread and tells nobody when it is imported history', async () => {
    await storeAll([anArrivedMessage(tenant, { live: false })]);
    expect(await rowsOf('conversations')).toMatchObject([{ window_expires_at: null, unread_count: 0 }]);
    expect(await rowsOf('domain_events')).toEqual([]);
  });

  it('shares one conversation with everybody else of its group', async () => {
    await storeAll([
      anArrivedMessage(tenant, { groupId: 'g1' }),
      anArrivedMessage(tenant, {
        groupId: 'g1',
        person: { identities: [{ kind: 'wa_id', value: '16505559999' }], name: 'Ben', profile: {} },
      }),
    ]);
    expect(await rowsOf('conversations')).toMatchObject([
      { contact_id: null, group_id: 'g1', last_seq: '2' },
    ]);
    expect(await rowsOf('contacts')).toHaveLength(2);
  });

  it('stays apart from another tenant who has the same customer', async () => {
    const other = await aTenant(db);
    await storeAll([anArrivedMessage(tenant), anArrivedMessage(other)]);
    expect(await rowsOf('contacts')).toHaveLength(1);
    expect(await rowsOf('messages')).toHaveLength(1);
  });

  it('ends the same in every order of itself, its edits and its revocation, and in every batch', async () => {
    type Step = 'message' | 'first edit' | 'second edit' | 'revocation';
    const run = async (steps: Step[]): Promise<unknown> => {
      const message = anArrivedMessage(tenant);
      const key = { accountId: tenant.accountId, assetId: tenant.assetId, externalId: message.externalId };
      const edit = (text: string, at: string) => ({
        ...key,
        text,
        content: { body: text },
        at: new Date(at),
      });
      for (const step of steps)
        await db.transaction(async (tx) => {
          if (step === 'message') await store.storeArrived(tx, [message]);
          else if (step === 'first edit') await store.applyEdits(tx, [edit('first', '2026-03-14T09:01:00Z')]);
          else if (step === 'second edit')
            await store.applyEdits(tx, [edit('second', '2026-03-14T09:02:00Z')]);
          else await store.applyRevocations(tx, [{ ...key, at: new Date('2026-03-14T09:03:00Z') }]);
        });
      const [row] = await db.query<Record<string, unknown>[]>(
        `SELECT m.message_text, m.content, m.revoked_at FROM messages m
           JOIN message_keys k ON k.account_id = m.account_id AND k.message_id = m.id WHERE k.external_id = $1`,
        [message.externalId],
      );
      return row;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray<Step>(['message', 'first edit', 'second edit', 'revocation'], { minLength: 1 }),
        fc.boolean(),
        async (steps, isRepeated) => {
          if (!steps.includes('message')) return;
          const row = await run(isRepeated ? [...steps, ...steps] : steps);
          const text = steps.includes('second edit')
            ? 'second'
            : steps.includes('first edit')
              ? 'first'
              : 'Hello';
          expect(row).toEqual(
            steps.includes('revocation')
              ? { message_text: null, content: {}, revoked_at: new Date('2026-03-14T09:03:00Z') }
              : { message_text: text, content: { body: text }, revoked_at: null },
          );
        },
      ),
      { numRuns: 40 },
    );
    expect(await rowsOf('waiting_changes')).toEqual([]);
  });

  it('is taken back also when that comes at the very moment it is stored', async () => {
    for (let round = 0; round < 10; round++) {
      const message = anArrivedMessage(tenant, { text: 'a secret' });
      const key = { accountId: tenant.accountId, assetId: tenant.assetId, externalId: message.externalId };
      await Promise.all([
        storeAll([message]),
        db.transaction((tx) => store.applyRevocations(tx, [{ ...key, at: new Date() }])),
      ]);
    }
    await sweeper.sweep();
    expect((await rowsOf('messages')).filter((row) => row.message_text !== null)).toEqual([]);
    expect(await rowsOf('waiting_changes')).toEqual([]);
  });

  it('is no longer shown by its conversation once it is taken back', async () => {
    const message = anArrivedMessage(tenant, { text: 'a secret' });
    await storeAll([message]);
    const key = { accountId: tenant.accountId, assetId: tenant.assetId, externalId: message.externalId };
    await db.transaction((tx) => store.applyRevocations(tx, [{ ...key, at: new Date() }]));
    expect(await rowsOf('conversations')).toMatchObject([{ last_message_preview: null }]);
  });
});

describe('statuses', () => {
  const LATTICE = ['accepted', 'sent', 'failed', 'delivered', 'read', 'played'];

  it('end at the same place in every order, with every repetition and however they are cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<DeliveryStatus>('sent', 'delivered', 'read', 'played', 'failed'), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 1, max: 4 }),
        async (sequence, batch) => {
          const { id, externalId } = await anAcceptedSend();
          const events = sequence.map((status) =>
            anArrivedStatus(tenant, externalId, status, {
              at: new Date(1_773_480_000_000 + LATTICE.indexOf(status) * 1_000),
            }),
          );
          for (let index = 0; index < events.length; index += batch)
            await applyAll(events.slice(index, index + batch));
          const expected = LATTICE[Math.max(...sequence.map((status) => LATTICE.indexOf(status)))];
          expect(await statusOf(id)).toBe(expected);
          const history = await db.query<{ status: string }[]>(
            'SELECT status FROM message_statuses WHERE message_id = $1',
            [id],
          );
          expect(new Set(history.map((row) => row.status))).toEqual(
            new Set(['queued', 'accepted', ...sequence]),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('wait for a message whose id is not known yet, and are applied when it is', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    await applyAll([
      anArrivedStatus(tenant, 'wamid.early', 'delivered'),
      anArrivedStatus(tenant, 'wamid.early', 'sent'),
    ]);
    expect(await rowsOf('waiting_statuses')).toHaveLength(2);
    await settle(accepted(send!, 'wamid.early'));
    expect(await statusOf(messageId)).toBe('delivered');
    expect(await rowsOf('waiting_statuses')).toEqual([]);
  });

  it('are told once, also when an answer is written down again because nobody knows whether it was', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    for (let time = 0; time < 2; time++) await settle(accepted(send!, 'wamid.again'));
    const told = (await rowsOf('domain_events')).filter(({ kind }) => kind === 'message.status');
    expect(told).toMatchObject([{ payload: { messageId, status: 'accepted' } }]);
  });

  it('are not missed when the id becomes known at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
      const send = await beginSend(db, tenant.accountId, messageId);
      const externalId = `wamid.race-${messageId}`;
      await Promise.all([
        settle(accepted(send!, externalId)),
        applyAll([anArrivedStatus(tenant, externalId, 'delivered')]),
      ]);
      await sweeper.sweep();
      expect(await statusOf(messageId)).toBe('delivered');
    }
    expect(await rowsOf('waiting_statuses')).toEqual([]);
  });

  it('keep the error of a failure, and drop it when a delivery proves otherwise', async () => {
    const { id, externalId } = await anAcceptedSend();
    const error = { code: 131026, title: 'Undeliverable', message: null, details: null };
    await applyAll([anArrivedStatus(tenant, externalId, 'failed', { error })]);
    expect(await db.query('SELECT status, error FROM messages WHERE id = $1', [id])).toEqual([
      { status: 'failed', error },
    ]);
    await applyAll([anArrivedStatus(tenant, externalId, 'delivered')]);
    expect(await db.query('SELECT status, error FROM messages WHERE id = $1', [id])).toEqual([
      { status: 'delivered', error: null },
    ]);
  });

  it('change nothing about a message that the customer sent', async () => {
    const message = anArrivedMessage(tenant);
    await storeAll([message]);
    await applyAll([anArrivedStatus(tenant, message.externalId, 'read')]);
    expect(await rowsOf('messages')).toMatchObject([{ status: 'received' }]);
    expect(await rowsOf('message_statuses')).toEqual([]);
  });

  it('never reach the message of another tenant, even with its id in the callback data', async () => {
    const other = await aTenant(db);
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    await applyAll([anArrivedStatus(other, 'wamid.foreign', 'read', { messageId })]);
    expect(await statusOf(messageId)).toBe('queued');
  });
});

describe('marking as read', () => {
  it('reads everything up to that message, and leaves unread what came after it', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 2, 14, 9, minute));
    const messages = [0, 1, 2, 3].map((minute) =>
      anArrivedMessage(tenant, { at: at(minute), text: `m${minute}` }),
    );
    await storeAll(messages);
    const service = new MessagesService(db, new MessageMediaReaders());
    const rows = (await rowsOf('messages')) as { id: string; message_text: string }[];
    const second = rows.find((row) => row.message_text === 'm1')!;
    const { message } = await service.getWithHistory([tenant.accountId], second.id);
    await service.recordRead(message, at(10));
    await service.recordRead(message, at(11));
    const after = (await rowsOf('messages')) as { message_text: string; status: string }[];
    expect(Object.fromEntries(after.map((row) => [row.message_text, row.status]))).toEqual({
      m0: 'read',
      m1: 'read',
      m2: 'received',
      m3: 'received',
    });
    expect(await rowsOf('conversations')).toMatchObject([{ unread_count: 2 }]);
    expect(await rowsOf('message_statuses')).toMatchObject([{ status: 'read' }, { status: 'read' }]);
  });
});

describe('choices about marketing', () => {
  const person = { identities: [{ kind: 'wa_id' as const, value: '16505550000' }], name: null, profile: {} };
  const choice = (optedOut: boolean, at: string) => ({
    accountId: tenant.accountId,
    person,
    optedOut,
    at: new Date(at),
  });

  it('end with the latest in every order and every batch, and with the refusal of two at once', async () => {
    const choices = [
      choice(true, '2026-03-14T09:00:00Z'),
      choice(false, '2026-03-14T10:00:00Z'),
      choice(false, '2026-03-14T11:00:00Z'),
      choice(true, '2026-03-14T11:00:00Z'),
    ];
    const { accountId } = tenant;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(choices, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (order, batch) => {
          await db.query('DELETE FROM contacts WHERE account_id = $1', [accountId]);
          for (let index = 0; index < order.length; index += batch)
            await db.transaction((tx) =>
              contacts.recordMarketingChoices(tx, order.slice(index, index + batch)),
            );
          expect(await rowsOf('contacts')).toMatchObject([
            { marketing_opted_out_at: new Date('2026-03-14T11:00:00Z') },
          ]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('let somebody who stopped be asked again once they allow it', async () => {
    await db.transaction((tx) => contacts.recordMarketingChoices(tx, [choice(true, '2026-03-14T09:00:00Z')]));
    await db.transaction((tx) =>
      contacts.recordMarketingChoices(tx, [choice(false, '2026-03-14T09:00:01Z')]),
    );
    expect(await rowsOf('contacts')).toMatchObject([{ marketing_opted_out_at: null }]);
  });
});

const channelOf = ({ accountId, assetId }: Tenant) => ({ platform: 'whatsapp', accountId, assetId }) as const;

describe('the ledger of sends', () => {
  it('counts no attempt for a message whose turn had not come', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    await settle({ state: 'postponed', send: send!, availableAt: new Date(Date.now() - 1) });
    expect(await beginSend(db, tenant.accountId, messageId)).toMatchObject({ attempt: 1 });
  });

  it('gives a message to one of many workers', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => claims.claim(channelOf(tenant), { all: 5, campaign: 5 })),
    );
    expect(taken.flat()).toMatchObject([{ messageId, attempt: 1, lane: 'reply' }]);
  });

  it('settles a send of a process that died as unknown, and as accepted when a status names it', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    await beginSend(db, tenant.accountId, messageId);
    expect(await claims.markAbandoned(new Date(Date.now() - 60_000))).toBe(0);
    await claims.markAbandoned(new Date(Date.now() + 60_000));
    expect(await statusOf(messageId)).toBe('unknown');
    expect(await beginSend(db, tenant.accountId, messageId)).toBeNull();

    await applyAll([anArrivedStatus(tenant, 'wamid.late', 'sent', { messageId })]);
    expect(await statusOf(messageId)).toBe('sent');
    expect(await rowsOf('message_sends')).toMatchObject([{ state: 'accepted' }]);
    expect(await rowsOf('message_keys')).toMatchObject([
      { external_id: 'wamid.late', message_id: messageId },
    ]);
  });

  it('does not give out a message again before its time', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    const error = { code: 130429, title: null, message: 'Rate limit hit', details: null };
    const availableAt = new Date(Date.now() + 60_000);
    await settle({ state: 'retry', send: send!, availableAt, isLimit: false, error });
    expect(await beginSend(db, tenant.accountId, messageId)).toBeNull();
    await db.query('UPDATE message_sends SET available_at = now() WHERE message_id = $1', [messageId]);
    expect(await beginSend(db, tenant.accountId, messageId)).toMatchObject({ attempt: 2 });
  });

  it('keeps accepted what a status proved, although our own answer was a time-out', async () => {
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    await applyAll([anArrivedStatus(tenant, 'wamid.proof', 'sent', { messageId })]);
    const error = { code: 'TIMEOUT', title: null, message: null, details: null };
    await settle({ state: 'unknown', send: send!, error });
    expect(await statusOf(messageId)).toBe('sent');
    expect(await rowsOf('message_sends')).toMatchObject([{ state: 'accepted' }]);
  });

  it('uses the conversation that the customer opened', async () => {
    await storeAll([anArrivedMessage(tenant)]);
    await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    expect(await rowsOf('conversations')).toMatchObject([{ last_seq: '2', unread_count: 1 }]);
    expect(await rowsOf('contacts')).toHaveLength(1);
  });
});
