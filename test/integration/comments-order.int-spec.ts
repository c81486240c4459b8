import * as fc from 'fast-check';
import { CommentActionSettlement, markOf } from '../../src/conversations/comments/comment-action-settlement';
import type { CommentAction } from '../../src/conversations/comments/comment-action';
import { CommentActionsRepository } from '../../src/conversations/comments/comment-actions.repository';
import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../src/conversations/comments/comment-types';
import { DirectEvents } from '../../src/conversations/direct/direct-events.service';
import { type CommentActionId, type DeliveryId, type UserId, newId } from '../../src/database/ids';
import { EventLedger, type RoutedEvent } from '../../src/webhooks/webhook-handler.registry';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let tenant: Tenant;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const POST = '113_9';
const at = (seconds: number): Date => new Date(Date.UTC(2026, 2, 14, 9, 0, seconds));
const by = (): Pick<ArrivedComment, 'accountId' | 'assetId' | 'platform' | 'metadata' | 'attachment'> => ({
  accountId: tenant.accountId,
  assetId: tenant.assetId,
  platform: 'facebook',
  metadata: {},
  attachment: null,
});
const question = (): ArrivedComment => ({
  ...by(),
  externalId: 'q',
  postExternalId: POST,
  parentExternalId: null,
  author: { id: '77', name: 'Ana Lee', username: null },
  byBusiness: false,
  text: 'Is it open?',
  at: at(0),
  asOf: at(0),
  isHidden: null,
});
/** As the answer to the call makes it, as a webhook tells it, and as it is read. */
const ours = (asOf: Date, writtenAt: Date, isHidden: boolean | null): ArrivedComment => ({
  ...question(),
  externalId: 'r',
  parentExternalId: 'q',
  author: { id: '113', name: 'Demo Page', username: null },
  byBusiness: true,
  text: 'Yes',
  at: writtenAt,
  asOf,
  isHidden,
});

async function begun(kind: 'reply' | 'private_reply'): Promise<CommentAction> {
  tenant = await aTenant(app.db);
  const actions = app.app.get(CommentActionsRepository);
  await app.db.transaction((tx) => app.app.get(CommentStore).storeArrived(tx, [question()]));
  const rows: { id: CommentAction['commentId'] }[] = await app.db.query(
    'SELECT id FROM comments WHERE account_id = $1',
    [tenant.accountId],
  );
  const id = newId<CommentActionId>();
  await app.db.transaction((tx) =>
    actions.begin(tx, {
      accountId: tenant.accountId,
      id,
      assetId: tenant.assetId,
      platform: 'facebook',
      kind,
      postExternalId: POST,
      commentId: rows[0]?.id ?? null,
      userId: newId<UserId>(),
      request: { message: 'Yes', attachmentUrl: null, commentExternalId: 'q' },
      digest: Buffer.alloc(32, 1),
    }),
  );
  const action = await actions.find([tenant.accountId], id);
  if (action === null) throw new Error('There is no action.');
  return action;
}

const kindsTold = async (): Promise<string[]> => {
  const rows: { kind: string }[] = await app.db.query(
    'SELECT kind FROM domain_events WHERE account_id = $1 ORDER BY kind',
    [tenant.accountId],
  );
  return rows.map(({ kind }) => kind).filter((kind) => !kind.endsWith('updated'));
};

/** Each of several things at least once, in any order and number. */
const anyOrderOf = <T>(things: readonly T[]): fc.Arbitrary<T[]> =>
  fc
    .array(fc.constantFrom(...things), { maxLength: 4 })
    .chain((more) => fc.shuffledSubarray([...things, ...more], { minLength: things.length + more.length }));

describe('an answer to a comment and its webhook', () => {
  type Step = 'answer' | 'webhook' | 'reading';

  async function play(steps: readonly Step[]): Promise<unknown> {
    const action = await begun('reply');
    const store = app.app.get(CommentStore);
    for (const step of steps) {
      if (step === 'answer')
        await app.app.get(CommentActionSettlement).answered(action, 'r', ours(new Date(0), at(9), null));
      else {
        const told = step === 'webhook' ? ours(at(4), at(4), null) : ours(at(8), at(4), false);
        await app.db.transaction((tx) => store.storeArrived(tx, [told]));
      }
    }
    const rows: Record<string, unknown>[] = await app.db.query(
      `SELECT c.external_id, parent_external_id, author_name, by_business, text, commented_at, text_told_at, is_hidden,
              a.state, a.external_id AS made
         FROM comments c LEFT JOIN comment_actions a ON a.account_id = c.account_id AND a.external_id = c.external_id
        WHERE c.account_id = $1 ORDER BY c.external_id`,
      [tenant.accountId],
    );
    return { rows, kinds: await kindsTold() };
  }

  it('are one comment and told once, in whatever order and number they come', async () => {
    const expected = {
      rows: [
        expect.objectContaining({ external_id: 'q', state: null }),
        {
          external_id: 'r',
          parent_external_id: 'q',
          author_name: 'Demo Page',
          by_business: true,
          text: 'Yes',
          commented_at: at(4),
          text_told_at: at(8),
          is_hidden: false,
          state: 'done',
          made: 'r',
        },
      ],
      kinds: ['comment.created', 'comment.created', 'comment.replied'],
    };
    await fc.assert(
      fc.asyncProperty(anyOrderOf<Step>(['answer', 'webhook', 'reading']), async (steps) => {
        expect(await play(steps)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('are so also when both come at the same moment', async () => {
    const action = await begun('reply');
    const store = app.app.get(CommentStore);
    await Promise.all([
      app.app.get(CommentActionSettlement).answered(action, 'r', ours(new Date(0), at(9), null)),
      app.db.transaction((tx) => store.storeArrived(tx, [ours(at(4), at(4), null)])),
      app.app.get(CommentActionSettlement).answered(action, 'r', null),
    ]);
    expect(await kindsTold()).toEqual(['comment.created', 'comment.created', 'comment.replied']);
  });
});

describe('a private reply and its echo', () => {
  type Step = 'answer' | 'echo before' | 'echo after' | 'reading';

  function echoOf(action: CommentAction): RoutedEvent<'messenger.message.echoed'> {
    const { accountId, assetId } = tenant;
    const metadata = markOf(action);
    return {
      kind: 'messenger.message.echoed',
      occurredAt: at(5),
      deliveryId: newId<DeliveryId>(),
      owner: { accountId, assetId },
      asset: { kind: 'page', metaId: '113' },
      parent: null,
      payload: {
        mid: 'm_1',
        person: { kind: 'psid', value: '77' },
        content: { text: 'Yes', attachments: [], unsupported: false },
        standby: false,
        appId: '4711',
        metadata,
        isSelf: false,
        raw: { message: { mid: 'm_1', text: 'Yes', is_echo: true, app_id: 4711, metadata } },
      },
    };
  }

  async function play(steps: readonly Step[]): Promise<unknown> {
    const action = await begun('private_reply');
    const settlement = app.app.get(CommentActionSettlement);
    const inbox = app.app.get(DirectEvents);
    const message = { messageId: 'm_1', personId: '77' };
    for (const step of steps) {
      if (step === 'answer' || step === 'reading') {
        await settlement.answeredPrivately(action, message);
        continue;
      }
      // Which of the two handlers has its turn first is not to matter.
      await app.db.transaction(async (tx) => {
        const event = echoOf(action);
        if (step === 'echo before') await settlement.echoed(tx, [event]);
        await inbox.echoed([event], tx, new EventLedger());
        if (step === 'echo after') await settlement.echoed(tx, [event]);
      });
    }
    const rows: Record<string, unknown>[] = await app.db.query(
      `SELECT m.external_id, m.direction, m.sender_type, m.sender_id, m.message_text, m.context, a.state,
              a.user_id, (SELECT count(*)::int FROM conversations v WHERE v.account_id = $1 AND v.comment_thread_id = '') AS conversations
         FROM messages m JOIN comment_actions a ON a.account_id = m.account_id AND a.external_id = m.external_id
        WHERE m.account_id = $1`,
      [tenant.accountId],
    );
    return {
      rows: rows.map(({ sender_id: sender, user_id: user, ...rest }) => ({
        ...rest,
        isTheUsers: sender === user,
      })),
      kinds: (await kindsTold()).filter((kind) => kind !== 'message.status'),
    };
  }

  it('are one message of the user’s and told once, in whatever order and number they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyOrderOf<Step>(['answer', 'echo before', 'echo after', 'reading']),
        async (steps) => {
          expect(await play(steps)).toEqual({
            rows: [
              {
                external_id: 'm_1',
                direction: 'outbound',
                sender_type: 'agent',
                isTheUsers: true,
                message_text: 'Yes',
                context: { comment_id: 'q' },
                state: 'done',
                conversations: 1,
              },
            ],
            kinds: ['comment.created', 'comment.replied', 'message.created'],
          });
        },
      ),
      { numRuns: 25 },
    );
  });
});
