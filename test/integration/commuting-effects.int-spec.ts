import type { DataSource } from 'typeorm';
import type {
  ArrivedMessage,
  Person,
  PersonIdentity,
  StartedSend,
} from '../../src/conversations/conversation-types';
import type { MessageId } from '../../src/database/ids';
import {
  type Tenant,
  aSendOrder,
  aTenant,
  anArrivedMessage,
  anArrivedStatus,
} from '../factories/conversations.factory';
import {
  type MessageStores,
  messageStores,
  accepted,
  beginSend,
  settleSend,
} from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

/*
 * One case each of what `inbox-properties` finds by chance: two or three events, every order of them, one result.
 */

let db: DataSource;
let close: () => Promise<void>;
let stores: MessageStores;
let tenant: Tenant;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  stores = messageStores(db);
});
afterAll(async () => {
  await close();
});

type Step = () => Promise<unknown>;
const WA_ID: PersonIdentity = { kind: 'wa_id', value: '16505551234' };
const BSUID: PersonIdentity = { kind: 'bsuid', value: 'US.1' };

const person = (identities: PersonIdentity[], name: string | null = null): Person => ({
  identities,
  name,
  profile: {},
});
const second = (at: number): Date => new Date(1_773_480_000_000 + at * 1_000);
const rowsOf = (table: string): Promise<Record<string, unknown>[]> =>
  db.query(`SELECT * FROM ${table} WHERE account_id = $1`, [tenant.accountId]);
const store = (...messages: ArrivedMessage[]): Promise<void> =>
  db.transaction((tx) => stores.store.storeArrived(tx, messages));

const LOST = { code: 'TIMEOUT', title: null, message: null, details: null };
/** As long after a send began as no answer takes. */
const forgetAnswer = (messageId: MessageId): Promise<unknown> =>
  db.query(`UPDATE message_sends SET started_at = now() - interval '1 minute' WHERE message_id = $1`, [
    messageId,
  ]);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Runs the steps in every order, each for a tenant of its own, and expects one result. */
async function everyOrder(steps: (own: Tenant) => Step[], read: () => Promise<unknown>): Promise<unknown> {
  tenant = await aTenant(db);
  const count = steps(tenant).length;
  const results: unknown[] = [];
  for (const order of permutations(Array.from({ length: count }, (_, index) => index))) {
    tenant = await aTenant(db);
    const own = steps(tenant);
    for (const index of order) await own[index]?.();
    results.push(await read());
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0];
}

describe('the preview of a conversation', () => {
  const preview = async (): Promise<unknown> => (await rowsOf('conversations'))[0]?.last_message_preview;

  it('shows of two messages of one second always the same, rather one with words', async () => {
    const steps = (own: Tenant): Step[] =>
      [null, 'b', 'a'].map((text) => () => store(anArrivedMessage(own, { text, at: second(1) })));
    expect(await everyOrder(steps, preview)).toBe('b');
  });

  it('shows what is left of that second when one of them is taken back, and how the other was changed', async () => {
    const steps = (own: Tenant): Step[] => {
      const [first, last] = ['z', 'a'].map((text) => anArrivedMessage(own, { text, at: second(1) }));
      return [
        () => store(first!),
        () => store(last!),
        () => db.transaction((tx) => stores.store.applyRevocations(tx, [{ ...first!, at: second(2) }])),
        () =>
          db.transaction((tx) =>
            stores.store.applyEdits(tx, [{ ...last!, text: 'better', content: {}, at: second(3) }]),
          ),
      ];
    };
    expect(await everyOrder(steps, preview)).toBe('better');
  });

  it('is cut by characters, never through one', async () => {
    tenant = await aTenant(db);
    await store(anArrivedMessage(tenant, { text: '😀'.repeat(300) }));
    expect(await preview()).toBe('😀'.repeat(200));
  });
});

describe('what a person is called', () => {
  it('is what they were called last, not what was processed last, even after going back to an older name', async () => {
    const steps = (own: Tenant): Step[] =>
      ['Ana', 'Bea', 'Ana'].map(
        (name, at) => () => store(anArrivedMessage(own, { person: person([WA_ID], name), at: second(at) })),
      );
    expect(
      await everyOrder(steps, async () =>
        (await rowsOf('contacts')).map(({ name, name_told_at }) => [name, name_told_at]),
      ),
    ).toEqual([['Ana', second(2)]]);
  });

  it('is told by each fact of the profile for itself', async () => {
    const told = [{ username: '@old', hash: 'x' }, { username: '@new' }, {}];
    const steps = (own: Tenant): Step[] =>
      told.map(
        (profile, at) => () =>
          store(anArrivedMessage(own, { person: { ...person([WA_ID]), profile }, at: second(at) })),
      );
    expect(
      await everyOrder(steps, async () => (await rowsOf('contacts')).map(({ profile }) => profile)),
    ).toEqual([{ username: '@new', hash: 'x' }]);
  });
});

describe('edits', () => {
  it('leave the whole history behind, whatever comes first', async () => {
    const steps = (own: Tenant): Step[] => {
      const message = anArrivedMessage(own, { text: 'as sent', content: { body: 'as sent' } });
      const edit =
        (text: string, at: number): Step =>
        () =>
          db.transaction((tx) =>
            stores.store.applyEdits(tx, [{ ...message, text, content: { body: text }, at: second(at) }]),
          );
      return [() => store(message), edit('first', 1), edit('second', 2), edit('of the same second', 2)];
    };
    const [message] = (await everyOrder(steps, async () =>
      (await rowsOf('messages')).map(({ message_text, edited_at, metadata }) => ({
        message_text,
        edited_at,
        metadata,
      })),
    )) as { metadata: { edits: { text: string }[] } }[];
    expect(message).toMatchObject({ message_text: 'second', edited_at: second(2) });
    expect(message?.metadata.edits.map(({ text }) => text)).toEqual(['as sent', 'first']);
  });

  it('of what was taken back leave no trace, before it and after', async () => {
    const steps = (own: Tenant): Step[] => {
      const message = anArrivedMessage(own);
      return [
        () => store(message),
        () =>
          db.transaction((tx) =>
            stores.store.applyEdits(tx, [{ ...message, text: 'a secret', content: {}, at: second(1) }]),
          ),
        () => db.transaction((tx) => stores.store.applyRevocations(tx, [{ ...message, at: second(2) }])),
      ];
    };
    expect(
      await everyOrder(steps, async () =>
        (await rowsOf('messages')).map(({ message_text, edited_at, revoked_at, metadata }) => ({
          message_text,
          edited_at,
          revoked_at,
          metadata,
        })),
      ),
    ).toEqual([{ message_text: null, edited_at: null, revoked_at: second(2), metadata: {} }]);
  });
});

describe('statuses', () => {
  const ofMessages = async (): Promise<unknown> => ({
    messages: (await rowsOf('messages')).map(({ status, error }) => ({ status, error })),
    transitions: (await rowsOf('message_statuses')).map(({ status, at, error, details }) => ({
      status,
      at,
      error,
      details,
    })),
    waiting: await rowsOf('waiting_statuses'),
  });
  const anEcho = (own: Tenant): ArrivedMessage =>
    anArrivedMessage(own, {
      direction: 'outbound',
      senderType: 'app',
      status: 'sent',
      person: person([WA_ID]),
    });

  it('told in two ways come to the same, also while they wait, and in one batch', async () => {
    const error = (code: number) => ({ code, title: null, message: null, details: null });
    const steps = (own: Tenant): Step[] => {
      const echo = anEcho(own);
      const tell =
        (...variants: { code: number; at: number; details: Record<string, unknown> }[]): Step =>
        () =>
          db.transaction((tx) =>
            stores.store.applyStatuses(
              tx,
              variants.map(({ code, at, details }) =>
                anArrivedStatus(own, echo.externalId, 'failed', {
                  error: error(code),
                  at: second(at),
                  details,
                }),
              ),
            ),
          );
      return [
        () => store(echo),
        tell({ code: 1, at: 5, details: { pricing: { category: 'utility' } } }),
        tell(
          { code: 3, at: 7, details: { conversation: { id: 'c' } } },
          { code: 2, at: 6, details: { pricing: { category: 'marketing' } } },
        ),
      ];
    };
    expect(await everyOrder(steps, ofMessages)).toEqual({
      messages: [{ status: 'failed', error: error(3) }],
      transitions: [
        {
          status: 'failed',
          at: second(5),
          error: error(3),
          details: { pricing: { category: 'utility' }, conversation: { id: 'c' } },
        },
      ],
      waiting: [],
    });
  });

  it('teach what the recipient is called, also when they come before their message', async () => {
    const steps = (own: Tenant): Step[] => {
      const echo = anEcho(own);
      return [
        () => store(echo),
        () =>
          db.transaction((tx) =>
            stores.store.applyStatuses(tx, [
              anArrivedStatus(own, echo.externalId, 'read', { identities: [WA_ID, BSUID] }),
            ]),
          ),
        () => store(anArrivedMessage(own, { person: person([BSUID]) })),
      ];
    };
    expect(
      await everyOrder(steps, async () => ({
        contacts: (await rowsOf('contacts')).length,
        identities: (await rowsOf('contact_identities')).map(({ kind }) => kind).sort(),
        seqs: (await rowsOf('messages')).map(({ seq }) => seq).sort(),
      })),
    ).toEqual({ contacts: 1, identities: ['bsuid', 'wa_id'], seqs: ['1', '2'] });
  });

  it('and changes that waited for a send are applied when a status names it, not minutes later', async () => {
    tenant = await aTenant(db);
    const { messageId } = await db.transaction((tx) => stores.ledger.order(tx, aSendOrder(tenant)));
    await beginSend(db, tenant.accountId, messageId);
    await forgetAnswer(messageId);
    const key = { accountId: tenant.accountId, assetId: tenant.assetId, externalId: 'wamid.lost' };
    const tell = (status: 'sent' | 'read', ours: MessageId | null): Promise<void> =>
      db.transaction((tx) =>
        stores.store.applyStatuses(tx, [anArrivedStatus(tenant, 'wamid.lost', status, { messageId: ours })]),
      );
    await tell('read', null);
    await db.transaction((tx) => stores.store.applyRevocations(tx, [{ ...key, at: second(9) }]));
    await tell('sent', messageId);
    expect(await rowsOf('messages')).toMatchObject([{ status: 'read', revoked_at: second(9) }]);
    expect([...(await rowsOf('waiting_statuses')), ...(await rowsOf('waiting_changes'))]).toEqual([]);
  });

  it('wait for the answer of a send that is under way, however it ends, or until none can come', async () => {
    const endings: ((send: StartedSend) => Promise<unknown>)[] = [
      (send) => settleSend(db, stores.settlement, accepted(send, 'wamid.early')),
      (send) => settleSend(db, stores.settlement, { state: 'unknown', send, error: LOST }),
      (send) => settleSend(db, stores.settlement, { state: 'failed', send, error: LOST }),
      async ({ messageId }) => {
        await forgetAnswer(messageId);
        await db.transaction((tx) => stores.statuses.applyOverlooked(tx, new Date(0)));
      },
    ];
    for (const end of endings) {
      tenant = await aTenant(db);
      const { messageId } = await db.transaction((tx) => stores.ledger.order(tx, aSendOrder(tenant)));
      const send = await beginSend(db, tenant.accountId, messageId);
      const status = anArrivedStatus(tenant, 'wamid.early', 'sent', { messageId });
      await db.transaction((tx) => stores.store.applyStatuses(tx, [status]));
      expect(await rowsOf('messages')).toMatchObject([{ status: 'queued' }]);
      await end(send!);
      expect(await rowsOf('messages')).toMatchObject([{ status: 'sent', external_id: 'wamid.early' }]);
      expect(await rowsOf('message_sends')).toMatchObject([{ state: 'accepted' }]);
      expect(await rowsOf('waiting_statuses')).toEqual([]);
    }
  });

  it('of an echo do not wait: it would be stored as a second message', async () => {
    tenant = await aTenant(db);
    const { messageId } = await db.transaction((tx) => stores.ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    const echo = anEcho(tenant);
    await db.transaction(async (tx) => {
      await stores.store.recognizeSends(tx, [
        anArrivedStatus(tenant, echo.externalId, 'sent', { messageId }),
      ]);
      await stores.store.storeArrived(tx, [echo]);
    });
    await settleSend(db, stores.settlement, accepted(send!, echo.externalId));
    expect(await rowsOf('messages')).toMatchObject([{ id: messageId, status: 'sent' }]);
  });

  it('are found again by the answer of Meta, and so are changes', async () => {
    tenant = await aTenant(db);
    const { messageId } = await db.transaction((tx) => stores.ledger.order(tx, aSendOrder(tenant)));
    const send = await beginSend(db, tenant.accountId, messageId);
    const key = { accountId: tenant.accountId, assetId: tenant.assetId, externalId: 'wamid.early' };
    await db.transaction((tx) => stores.store.applyRevocations(tx, [{ ...key, at: second(9) }]));
    await settleSend(db, stores.settlement, accepted(send!, 'wamid.early', [BSUID]));
    expect(await rowsOf('messages')).toMatchObject([{ status: 'accepted', revoked_at: second(9) }]);
    expect(await rowsOf('waiting_changes')).toEqual([]);
    expect((await rowsOf('contact_identities')).map(({ kind }) => kind).sort()).toEqual([
      'bsuid',
      'phone',
      'wa_id',
    ]);
  });
});

describe('a message that comes both as history and as news', () => {
  const imported = (message: ArrivedMessage, changes: Partial<ArrivedMessage> = {}): ArrivedMessage => ({
    ...message,
    live: false,
    metadata: { imported: true, historyStatus: 'READ' },
    ...changes,
  });
  const state = async (): Promise<unknown> => ({
    conversations: (await rowsOf('conversations')).map(
      ({ unread_count, window_expires_at, last_message_preview, last_seq }) => ({
        unread_count,
        window_expires_at,
        last_message_preview,
        last_seq,
      }),
    ),
    messages: (await rowsOf('messages')).map(({ type, message_text, status, metadata }) => ({
      type,
      message_text,
      status,
      metadata,
    })),
    created: (await rowsOf('domain_events')).filter(({ kind }) => kind === 'message.created').length,
    contacts: (await rowsOf('contacts')).map(({ name }) => name),
  });

  it('is news: unread, told of, with an open window and its picture', async () => {
    const steps = (own: Tenant): Step[] => {
      const message = anArrivedMessage(own, { type: 'image', text: 'Look', at: second(0) });
      return [
        () => store(message),
        () =>
          store(
            imported(message, {
              type: 'media_placeholder',
              text: null,
              content: {},
              person: person([WA_ID, BSUID]),
            }),
          ),
      ];
    };
    expect(await everyOrder(steps, state)).toEqual({
      conversations: [
        { unread_count: 1, window_expires_at: second(86_400), last_message_preview: 'Look', last_seq: '1' },
      ],
      messages: [{ type: 'image', message_text: 'Look', status: 'received', metadata: {} }],
      created: 1,
      contacts: ['Ana'],
    });
    expect((await rowsOf('contact_identities')).map(({ kind }) => kind).sort()).toEqual(['bsuid', 'wa_id']);
  });

  it('keeps its edits, and what was taken back stays so', async () => {
    const steps = (own: Tenant): Step[] => {
      const edited = anArrivedMessage(own, { at: second(0) });
      const revoked = anArrivedMessage(own, { at: second(0) });
      return [
        () => store(edited, revoked),
        () => store(imported(edited), imported(revoked)),
        () =>
          db.transaction(async (tx) => {
            await stores.store.applyEdits(tx, [{ ...edited, text: 'new', content: {}, at: second(1) }]);
            await stores.store.applyRevocations(tx, [{ ...revoked, at: second(1) }]);
          }),
      ];
    };
    const result = await everyOrder(steps, async () => ({
      messages: (await rowsOf('messages'))
        .map(({ message_text, content, metadata }) => ({ message_text, content, metadata }))
        .sort((a, b) => Number(a.message_text === null) - Number(b.message_text === null)),
      unread: (await rowsOf('conversations')).map(({ unread_count }) => unread_count),
    }));
    expect(result).toMatchObject({
      messages: [
        { message_text: 'new', metadata: { edits: [{ text: 'Hello', content: { body: 'Hello' } }] } },
        { message_text: null, content: {}, metadata: {} },
      ],
      unread: [2],
    });
  });

  it('of the business has come as far as either says', async () => {
    const steps = (own: Tenant): Step[] => {
      const echo = anArrivedMessage(own, { direction: 'outbound', senderType: 'app', status: 'sent' });
      return [
        () => store(echo),
        () => store(imported(echo, { status: 'accepted' }), imported(echo, { status: 'read' })),
      ];
    };
    expect(await everyOrder(steps, state)).toMatchObject({ messages: [{ status: 'read', metadata: {} }] });
  });
});

describe('two contacts that turn out to be one person', () => {
  const both = (own: Tenant, changes: Partial<ArrivedMessage> = {}): ArrivedMessage =>
    anArrivedMessage(own, { person: person([BSUID, WA_ID]), text: 'both', at: second(2), ...changes });
  const threads = async (): Promise<unknown> => ({
    contacts: (await rowsOf('contacts')).length,
    identities: (await rowsOf('contact_identities')).map(({ kind }) => kind).sort(),
    conversations: (await rowsOf('conversations')).map(
      ({ last_seq, unread_count, last_message_preview, last_message_at, window_expires_at }) => ({
        last_seq,
        unread_count,
        last_message_preview,
        last_message_at,
        window_expires_at,
      }),
    ),
    seqs: (await rowsOf('messages')).map(({ seq }) => Number(seq)).sort(),
    strayed: await db.query(
      `SELECT m.id FROM messages m LEFT JOIN conversations c ON c.account_id = m.account_id AND c.id = m.conversation_id
        WHERE m.account_id = $1 AND m.contact_id IS DISTINCT FROM c.contact_id`,
      [tenant.accountId],
    ),
  });

  it('are one, with one conversation numbered without gaps, in every order of what each wrote and of the proof', async () => {
    const steps = (own: Tenant): Step[] => [
      () => store(anArrivedMessage(own, { person: person([WA_ID]), text: 'by number', at: second(0) })),
      () => store(anArrivedMessage(own, { person: person([BSUID]), text: 'by id', at: second(3) })),
      () => store(both(own)),
      () => store(anArrivedMessage(own, { person: person([WA_ID]), text: 'again', at: second(1) })),
    ];
    expect(await everyOrder(steps, threads)).toEqual({
      contacts: 1,
      identities: ['bsuid', 'wa_id'],
      conversations: [
        {
          last_seq: '4',
          unread_count: 4,
          last_message_preview: 'by id',
          last_message_at: second(3),
          window_expires_at: second(86_403),
        },
      ],
      seqs: [1, 2, 3, 4],
      strayed: [],
    });
  });

  it('are told of as changed conversations, so that whoever shows one reads again', async () => {
    tenant = await aTenant(db);
    await store(anArrivedMessage(tenant, { person: person([WA_ID]) }));
    await store(anArrivedMessage(tenant, { person: person([BSUID]) }));
    const before = (await rowsOf('conversations')).map(({ id }) => id).sort();
    await store(both(tenant));
    const told = (await rowsOf('domain_events')).filter(({ kind }) => kind === 'conversation.updated');
    expect(told.map(({ payload }) => (payload as { conversationId: string }).conversationId).sort()).toEqual(
      before,
    );
    // The oldest stays.
    expect(await rowsOf('conversations')).toMatchObject([{ id: before[0] }]);
  });

  it('keep the conversations with other channels, closed ones and what they wrote in groups', async () => {
    const steps = (own: Tenant): Step[] => [
      () => store(anArrivedMessage(own, { person: person([WA_ID]), groupId: 'g' })),
      () => store(anArrivedMessage(own, { person: person([BSUID]), groupId: 'g' })),
      async () => {
        await store(anArrivedMessage(own, { person: person([WA_ID]) }));
        await db.query(`UPDATE conversations SET status = 'closed' WHERE account_id = $1 AND group_id = ''`, [
          own.accountId,
        ]);
      },
      () => store(both(own, { groupId: 'g' })),
    ];
    expect(
      await everyOrder(steps, async () => {
        const contacts = (await rowsOf('contacts')).map(({ id }) => id);
        return {
          contacts: contacts.length,
          authors: (await rowsOf('messages')).every(({ contact_id }) => contact_id === contacts[0]),
          conversations: (await rowsOf('conversations'))
            .map(({ status, last_seq, contact_id }) => [status, last_seq, contact_id === contacts[0]])
            .sort(),
        };
      }),
    ).toEqual({
      contacts: 1,
      authors: true,
      conversations: [
        ['active', '3', false],
        ['closed', '1', true],
      ],
    });
  });

  it('keep the latest choice about marketing, and an opt-out from everything', async () => {
    const choose =
      (own: Tenant, identity: PersonIdentity, optedOut: boolean, at: number): Step =>
      () =>
        db.transaction((tx) =>
          stores.contacts.recordMarketingChoices(tx, [
            { accountId: own.accountId, person: person([identity]), optedOut, at: second(at) },
          ]),
        );
    const steps = (own: Tenant): Step[] => [
      choose(own, WA_ID, true, 1),
      choose(own, BSUID, false, 2),
      () => store(both(own)),
    ];
    const choice = async (): Promise<unknown> =>
      (await rowsOf('contacts')).map(({ marketing_opted_out_at, marketing_choice_at }) => [
        marketing_opted_out_at,
        marketing_choice_at,
      ]);
    expect(await everyOrder(steps, choice)).toEqual([[null, second(2)]]);

    tenant = await aTenant(db);
    await store(anArrivedMessage(tenant, { person: person([WA_ID]) }));
    await store(anArrivedMessage(tenant, { person: person([BSUID]) }));
    await db.query(
      `UPDATE contacts SET opted_out_at = now() WHERE account_id = $1
          AND id = (SELECT max(id::text)::uuid FROM contacts WHERE account_id = $1)`,
      [tenant.accountId],
    );
    await store(both(tenant));
    expect(await rowsOf('contacts')).toEqual([
      expect.objectContaining({ opted_out_at: expect.any(Date) as Date }),
    ]);
  });

  it('stay in another tenant what they are there', async () => {
    const other = await aTenant(db);
    await store(anArrivedMessage(other, { person: person([WA_ID]) }));
    await store(anArrivedMessage(other, { person: person([BSUID]) }));
    tenant = await aTenant(db);
    await store(anArrivedMessage(tenant, { person: person([WA_ID]) }), both(tenant));
    tenant = other;
    expect(await rowsOf('contacts')).toHaveLength(2);
  });

  it('are many at once, and chains of them, in one batch as in several', async () => {
    tenant = await aTenant(db);
    const chain = ['a', 'b', 'c', 'd'].map((value): PersonIdentity => ({ kind: 'wa_id', value }));
    await store(...chain.map((identity) => anArrivedMessage(tenant, { person: person([identity]) })));
    await store(
      ...[1, 2, 3].map((index) =>
        anArrivedMessage(tenant, { person: person([chain[index - 1]!, chain[index]!]) }),
      ),
    );
    expect(await threads()).toMatchObject({
      contacts: 1,
      conversations: [{ last_seq: '7' }],
      seqs: [1, 2, 3, 4, 5, 6, 7],
    });
  });

  it('become one also while others write to both, and no message is lost or doubled', async () => {
    for (let round = 0; round < 8; round++) {
      tenant = await aTenant(db);
      await store(anArrivedMessage(tenant, { person: person([WA_ID]) }));
      await store(anArrivedMessage(tenant, { person: person([BSUID]) }));
      const messages = [
        both(tenant),
        ...[WA_ID, BSUID, WA_ID, BSUID].map((identity) =>
          anArrivedMessage(tenant, { person: person([identity]) }),
        ),
      ];
      // As the processor does: what failed is done again.
      await Promise.all(
        messages.map(async (message) => {
          for (let attempt = 1; ; attempt++)
            try {
              await store(message);
              return;
            } catch (error) {
              if (attempt === 5) throw error;
            }
        }),
      );
      expect(await threads()).toMatchObject({
        contacts: 1,
        conversations: [{ last_seq: '7', unread_count: 7 }],
        seqs: [1, 2, 3, 4, 5, 6, 7],
        strayed: [],
      });
    }
  });
});

describe('a closed conversation', () => {
  it('stays as it was: what comes afterwards, however late, opens one other', async () => {
    tenant = await aTenant(db);
    await store(anArrivedMessage(tenant, { at: second(5) }));
    await db.query(`UPDATE conversations SET status = 'closed' WHERE account_id = $1`, [tenant.accountId]);
    await Promise.all([1, 2, 3].map((at) => store(anArrivedMessage(tenant, { at: second(at) }))));
    expect(
      (await rowsOf('conversations'))
        .map(({ status, last_seq, unread_count }) => [status, last_seq, unread_count])
        .sort(),
    ).toEqual([
      ['active', '3', 3],
      ['closed', '1', 1],
    ]);
  });
});
