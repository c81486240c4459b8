import { type AccountId, type AssetId, newId } from '../../database/ids';
import {
  type HistoryChannel,
  type HistoryConversation,
  conversationOf,
  historyMessageOf,
} from './direct-history-mapping';

const home = { accountId: newId<AccountId>(), assetId: newId<AssetId>() };
const messenger: HistoryChannel = { home, platform: 'messenger', businessIds: new Set(['100']) };
const instagram: HistoryChannel = { home, platform: 'instagram', businessIds: new Set(['17841', '27841']) };
const page = { id: '100', name: 'Page', email: '100@facebook.com' };
const ana = { id: '7', name: 'Ana Lee', email: '7@facebook.com' };
const participants = { data: [page, ana] };
const conversation: HistoryConversation = conversationOf({ id: 't_1', participants }, messenger)!;

const message = (parts: Record<string, unknown>, channel = messenger, of = conversation) =>
  historyMessageOf({ id: 'm_1', created_time: '2026-03-14T09:26:53+0000', from: ana, ...parts }, of, channel);

describe('a conversation of Meta’s list', () => {
  it('has the time of its latest message and the one who is not the business', () => {
    expect(
      conversationOf({ id: 't_1', updated_time: '2026-03-14T09:26:53+0000', participants }, messenger),
    ).toEqual({
      id: 't_1',
      updatedAt: new Date('2026-03-14T09:26:53Z'),
      person: { identities: [{ kind: 'psid', value: '7' }], name: 'Ana Lee', profile: {} },
    });
  });

  it('knows Instagram’s people by username, and either id of the account as the business', () => {
    const data = [
      { id: '27841', username: 'shop' },
      { id: '9', username: 'ana' },
    ];
    expect(conversationOf({ id: 'c', participants: { data } }, instagram)?.person).toEqual({
      identities: [{ kind: 'igsid', value: '9' }],
      name: null,
      profile: { username: 'ana' },
    });
  });

  it('may name nobody; without an id it is none', () => {
    expect(conversationOf({ id: 't_1' }, messenger)).toEqual({ id: 't_1', updatedAt: null, person: null });
    expect(conversationOf({ participants }, messenger)).toBeNull();
    expect(conversationOf('t_1', messenger)).toBeNull();
  });
});

describe('a message of Meta’s list', () => {
  it('of the person is inbound, of the business outbound, both of one person', () => {
    expect(message({ message: 'Hi' })?.message).toMatchObject({
      externalId: 'm_1',
      direction: 'inbound',
      senderType: 'customer',
      senderId: '7',
      status: 'received',
      type: 'text',
      text: 'Hi',
      content: { text: 'Hi' },
      person: { name: 'Ana Lee' },
      live: true,
      at: new Date('2026-03-14T09:26:53Z'),
    });
    expect(message({ from: page, message: 'Hello' })?.message).toMatchObject({
      direction: 'outbound',
      senderType: 'app',
      senderId: null,
      status: 'sent',
      person: { name: 'Ana Lee' },
    });
  });

  it('finds the recipient where the conversation names nobody', () => {
    const nameless = { ...conversation, person: null };
    const to = { data: [ana] };
    expect(message({ from: page, to, message: 'Hello' }, messenger, nameless)?.message?.person).toMatchObject(
      {
        identities: [{ kind: 'psid', value: '7' }],
      },
    );
    expect(message({ from: page, message: 'Hello' }, messenger, nameless)?.message).toBeNull();
  });

  it('of which Meta tells no more than that it was there has no content; without id or time nothing is known of it', () => {
    expect(message({ from: undefined })).toEqual({
      id: 'm_1',
      at: new Date('2026-03-14T09:26:53Z'),
      message: null,
    });
    expect(message({ created_time: 'yesterday' })).toBeNull();
    expect(message({ id: undefined })).toBeNull();
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['image', { image_data: { url: 'u', width: 1 } }, { type: 'image', payload: { url: 'u' } }],
    ['video', { video_data: { url: 'u' } }, { type: 'video', payload: { url: 'u' } }],
    ['audio', { mime_type: 'audio/mpeg', file_url: 'u' }, { type: 'audio', payload: { url: 'u' } }],
    [
      'file',
      { mime_type: 'application/pdf', name: 'a.pdf', file_url: 'u' },
      { type: 'file', title: 'a.pdf', payload: { url: 'u' } },
    ],
    [
      'template',
      { generic_template: { title: 'T' } },
      { type: 'template', payload: { template_type: 'generic', title: 'T' } },
    ],
  ])('with an attachment of type %s looks as a webhook tells it', (type, attachment, expected) => {
    expect(message({ attachments: { data: [attachment] } })?.message).toMatchObject({
      type,
      content: { attachments: [expected] },
    });
  });

  it('may be a sticker, a shared link or a story', () => {
    expect(message({ sticker: 'https://s.example' })?.message).toMatchObject({ type: 'sticker', text: null });
    expect(message({ shares: { data: [{ link: 'https://x.example', name: 'X' }] } })?.message).toMatchObject({
      type: 'fallback',
      text: 'X',
    });
    expect(
      message({ from: { id: '9', username: 'ana' }, story: { mention: { link: 'u', id: '1' } } }, instagram)
        ?.message,
    ).toMatchObject({ type: 'story_mention', person: { identities: [{ kind: 'igsid', value: '9' }] } });
    expect(message({ is_unsupported: true })?.message).toMatchObject({ type: 'unsupported' });
  });

  it('loses what the database refuses', () => {
    expect(message({ message: 'a\u0000b' })?.message).toMatchObject({ text: 'a\ufffdb' });
  });
});
