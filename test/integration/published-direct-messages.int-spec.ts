import { aTenant } from '../factories/conversations.factory';
import { type Effects, effectsIn, emptied } from '../factories/direct-effects';
import { allProcessed } from '../factories/facebook-pages.factory';
import {
  describePublished,
  publishedContent,
  publishedEntries,
  publishedNames,
  publishedText,
} from '../factories/published-fixtures';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;
type Rows = Record<string, Json[]>;

const PSID = '987654321432';
const IGSID = 'Sender-id-1';
/** Stands for the id `0` of tests that are sent from Meta's dashboard. */
const INSTAGRAM_ID = '17841452691600098';
const CONTENT = 'as published';

/** A person wrote: unread, with a window, a profile to be read, and we were told as the owner of the thread. */
function written(message: Json, { person = PSID, standby = false, thread = [] as Json[] } = {}): Rows {
  const isInstagram = person !== PSID && !/^\d{15}$|^USER|^</.test(person);
  return {
    messages: [
      {
        direction: 'inbound',
        sender: 'customer',
        sender_id: person,
        status: 'received',
        content: CONTENT,
        ...message,
      },
    ],
    thread: [{ person, fact: 'channel', value: { standby } }, ...thread],
    conversations: [{ platform: isInstagram ? 'instagram' : 'messenger', unread: 1, has_window: true }],
    profiles: [{ kind: isInstagram ? 'igsid' : 'psid', person }],
  };
}

/** The business wrote, by whatever tool. */
function echoed(message: Json, person: string = PSID): Rows {
  const isInstagram = person !== PSID;
  return {
    messages: [{ direction: 'outbound', sender: 'app', status: 'sent', content: CONTENT, ...message }],
    statuses: [{ status: 'sent' }],
    conversations: [{ platform: isInstagram ? 'instagram' : 'messenger', unread: 0 }],
    profiles: [{ person }],
  };
}

/** Something a person did that has a place in the conversation and no words. */
function done(message: Json, person: string, rest: Rows = {}): Rows {
  return {
    messages: [
      { direction: 'inbound', sender: 'customer', sender_id: person, status: 'received', ...message },
    ],
    conversations: [{ platform: 'messenger', unread: 1, has_window: true }],
    profiles: [{ kind: 'psid', person }],
    ...rest,
  };
}

const REFERRAL = { ref: 'ref_data_in_m_dot_me_param', type: 'OPEN_THREAD', source: 'SHORTLINK' };
const channel = { person: PSID, fact: 'channel', value: { standby: false } };
const referred = { person: PSID, fact: 'referral', value: REFERRAL };
const HELLO = { type: 'text', text: 'hello, world!' };
const ECHO = {
  ...HELLO,
  sender_id: '1517776481860111',
  metadata: { app_id: '1517776481860111', metadata: 'DEVELOPER_DEFINED_METADATA_STRING' },
};

const EXPECTED: Readonly<Record<string, Rows>> = {
  'messenger/message-deliveries': {
    waiting_statuses: [{ mid: 'mid.1458668856218:ed81099e15d3f4f233', status: 'delivered' }],
    watermarks: [{ person: PSID, status: 'delivered', watermark: '2016-03-22T17:47:36.253Z' }],
  },
  // Neither marked as an echo nor sent by the Page, whatever its name says.
  'messenger/message-echoes-button-template': written({ type: 'template' }),
  'messenger/message-echoes-text': echoed(ECHO),
  'messenger/message-edits': {
    waiting_changes: [
      { kind: 'edit', text: 'hello, world!', content: { text: 'hello, world!', num_edit: 37 } },
    ],
  },
  'messenger/message-reactions-react': done(
    { type: 'reaction', text: '😢', context: { message_id: 'original_message_id' } },
    'USER_ID',
  ),
  'messenger/message-reactions-unreact': done(
    { type: 'reaction', content: { action: 'unreact', message_id: 'original_message_id' } },
    'USER_ID',
  ),
  'messenger/message-reads': {
    watermarks: [{ person: PSID, status: 'read', watermark: '2016-03-22T17:47:36.253Z' }],
  },
  'messenger/messages-attachment-fallback': written({ type: 'fallback', text: 'Legacy Attachment' }),
  'messenger/messages-attachment-image': written({ type: 'image' }),
  'messenger/messages-attachment-location': written({ type: 'location' }),
  'messenger/messages-attachment-product-template': written(
    { type: 'template', text: 'Some product title' },
    { person: '<PSID>' },
  ),
  'messenger/messages-is-deleted': { waiting_changes: [{ mid: 'message_id', kind: 'revocation' }] },
  'messenger/messages-is-unsupported': written({ type: 'unsupported' }),
  'messenger/messages-prior-message': written({
    type: 'text',
    metadata: { prior: { source: 'checkbox_plugin', identifier: '<USER_REF>' } },
  }),
  'messenger/messages-quick-reply': written({ type: 'text', text: 'quick reply text' }),
  'messenger/messages-reply-to': written({
    ...HELLO,
    context: { message_id: 'very_long_id_representing_the_original_message' },
  }),
  'messenger/messages-sticker': written({ type: 'sticker' }),
  'messenger/messages-sticker-thumbs-up': written({ type: 'sticker' }),
  'messenger/messages-text': written(HELLO),
  'messenger/messages-text-nlp': written(
    { type: 'text', text: 'bye, see you tomorrow at 4pm' },
    { person: '968155906638513' },
  ),
  'messenger/messaging-account-linking-linked': {
    messages: [
      {
        sender: 'system',
        type: 'account_linking',
        content: { status: 'linked', authorization_code: 'PASS_THROUGH_AUTHORIZATION_CODE' },
      },
    ],
    thread: [{ person: PSID, fact: 'account_link', value: { linked: true } }],
    conversations: [{ platform: 'messenger', unread: 0 }],
    profiles: [{ person: PSID }],
  },
  'messenger/messaging-handovers-app-roles': {
    pages: [{ app_roles: { '123456789': ['primary_receiver'] } }],
  },
  'messenger/messaging-handovers-pass': {
    thread: [
      { person: 'USER_ID', fact: 'owner', value: { app_id: 'NEW_OWNER_APP_ID', metadata: 'METADATA' } },
    ],
  },
  'messenger/messaging-handovers-request': {
    thread: [{ fact: 'request', value: { app_id: 'REQUESTED_OWNER_APP_ID', metadata: 'METADATA' } }],
  },
  'messenger/messaging-handovers-take': {
    thread: [{ fact: 'owner', value: { app_id: null, previous_app_id: 'PREVIOUS_OWNER_APP_ID' } }],
  },
  'messenger/messaging-optins': done({ type: 'optin' }, PSID, {
    opt_ins: [{ kind: 'plugin', person: PSID, ref: 'PASS_THROUGH_PARAM' }],
  }),
  'messenger/messaging-optins-user-ref': done({ type: 'optin' }, PSID, {
    opt_ins: [{ kind: 'plugin', user_ref: 'UNIQUE_REF_PARAM' }],
  }),
  'messenger/messaging-policy-enforcement-block': { pages: [{ policy_action: 'block' }] },
  'messenger/messaging-policy-enforcement-unblock': { pages: [{ policy_action: 'unblock' }] },
  'messenger/messaging-postbacks': done(
    { type: 'postback', content: { payload: 'USER_DEFINED_PAYLOAD' } },
    PSID,
    { thread: [channel] },
  ),
  'messenger/messaging-postbacks-with-referral': done(
    { type: 'postback', metadata: { referral: REFERRAL } },
    PSID,
    { thread: [channel, referred] },
  ),
  'messenger/messaging-referrals': done({ type: 'referral', content: REFERRAL }, PSID, {
    thread: [referred],
  }),
  'messenger/standby-message-echo': echoed({ ...ECHO, metadata: { ...ECHO.metadata, standby: true } }),
  'instagram/chatwoot-message-attachment': written({ type: 'share' }, { person: IGSID }),
  'instagram/chatwoot-message-create': written(
    { type: 'text', at: '2021-09-08T06:34:04.000Z' },
    { person: IGSID },
  ),
  'instagram/chatwoot-message-reply': written(
    { type: 'text', context: { message_id: 'message-id-1' } },
    { person: IGSID },
  ),
  'instagram/chatwoot-message-standby': written(
    { type: 'text', metadata: { standby: true } },
    { person: IGSID, standby: true },
  ),
  'instagram/chatwoot-message-unsend': {
    waiting_changes: [{ mid: 'message-id-to-delete', kind: 'revocation' }],
  },
  'instagram/chatwoot-message-unsupported': written({ type: 'unsupported' }, { person: IGSID }),
  'instagram/chatwoot-messaging-seen': { waiting_statuses: [{ mid: 'message-id-1', status: 'read' }] },
  'instagram/chatwoot-shared-reel': written({ type: 'ig_reel', text: 'Reel title' }, { person: IGSID }),
  'instagram/chatwoot-story-mention': written({ type: 'story_mention' }, { person: IGSID }),
  'instagram/chatwoot-story-mention-with-echo': echoed({ type: 'story_mention' }, 'chatwoot-app-user-id-1'),
  'instagram/chatwoot-story-reply': written(
    {
      type: 'text',
      context: { story: { id: 'chatwoot-app-user-id-1', url: 'https://chatwoot-assets.local/sample.png' } },
    },
    { person: IGSID },
  ),
  'instagram/chatwoot-test': written({ type: 'text', text: 'random_text' }, { person: '12334' }),
  'instagram/chatwoot-test-text': written({ type: 'text', text: 'random_text' }, { person: '12334' }),
  'instagram/comments': { comments: [{ id: '123456789', complete: true }] },
  'instagram/comments-2021-from-media-parent': {
    comments: [
      { id: '123456789', complete: true, post: '76543987', parent: '987654321', author: '1234536447' },
    ],
  },
  'instagram/live-comments': { comments: [{ id: '123456789', complete: true }] },
  'instagram/mentions': { mentions: [{ id: '17887498072083520', to_be_read: true }] },
  'instagram/messages-attachment-unsupported': written(
    { type: 'unsupported_type' },
    { person: '5614879045272581' },
  ),
  'instagram/messaging-seen': { waiting_statuses: [{ mid: 'MESSAGE-ID', status: 'read' }] },
  // Kept by insights, which have a specification of their own.
  'instagram/story-insights': {},
};

const ALL = ['messenger', 'instagram'].flatMap((folder) =>
  publishedNames(folder).map((name): [string, string] => [folder, name]),
);

describePublished('direct messages as others published them', () => {
  let app: TestApp;
  let accountId: string;
  beforeAll(async () => {
    app = await startTestApp();
    ({ accountId } = await aTenant(app.db));
  });
  afterAll(() => app.close());

  it('are all expected here', () => {
    expect(ALL.map((path) => path.join('/')).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(ALL)('%s/%s has exactly its effects, also when it comes again', async (folder, name) => {
    const text = publishedText(folder, name).replace(/"id"\s*:\s*"0"/, `"id": "${INSTAGRAM_ID}"`);
    await emptied(app);
    await connected(folder === 'instagram' ? 'instagram' : 'page', text);
    expect((await deliver(app.api, text)).status).toBe(200);
    await allProcessed(app);
    const effects = await effectsIn(app);
    const expected = EXPECTED[`${folder}/${name}`] ?? {};
    expect(counts(effects)).toEqual(counts(expected));
    expect(effects).toMatchObject(withContent(expected, publishedContent(text)));

    await deliver(app.api, `${text} `);
    await allProcessed(app);
    expect(await effectsIn(app)).toEqual(effects);
  });

  it('of an id that nobody connected are kept until somebody does, tests from the dashboard too', async () => {
    await emptied(app);
    for (const name of ['chatwoot-test', 'chatwoot-test-text', 'comments'])
      await deliver(app.api, publishedText('instagram', name));
    await allProcessed(app);
    expect(await effectsIn(app)).toEqual({});
    const rows: unknown[] = await app.db.query(
      `SELECT DISTINCT meta_id FROM webhook_quarantine WHERE meta_id = '0'`,
    );
    expect(rows).toEqual([{ meta_id: '0' }]);
  });

  async function connected(kind: 'page' | 'instagram', text: string): Promise<void> {
    const ids = publishedEntries(text).map(({ id }) => String(id));
    await app.db.query(
      `INSERT INTO assets (account_id, id, kind, meta_id)
       SELECT $1, gen_random_uuid(), $2, id FROM unnest($3::text[]) AS id ON CONFLICT DO NOTHING`,
      [accountId, kind, ids],
    );
    await app.db.query(
      `INSERT INTO facebook_pages (account_id, id, page_id, name)
       SELECT account_id, id, meta_id, 'Page' FROM assets WHERE kind = 'page' AND meta_id = ANY($1)`,
      [ids],
    );
  }
});

function counts(effects: Effects): Record<string, number> {
  return Object.fromEntries(Object.entries(effects).map(([table, rows]) => [table, rows.length]));
}

function withContent(expected: Rows, content: Json): Rows {
  return Object.fromEntries(
    Object.entries(expected).map(([table, rows]) => [
      table,
      rows.map((row) => (row.content === CONTENT ? { ...row, content } : row)),
    ]),
  );
}
