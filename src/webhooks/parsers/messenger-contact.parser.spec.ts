import {
  aMessengerDelivery,
  aMessengerItem,
  anInstagramItem,
  anInstagramMessagingDelivery,
  IGSID,
  PAGE_ID,
  PSID,
} from '../../../test/factories/messenger-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (parts: object) => parseDelivery(aMessengerDelivery(aMessengerItem({ ...parts })), receivedAt);
const ofInstagram = (parts: object) =>
  parseDelivery(anInstagramMessagingDelivery(anInstagramItem({ ...parts })), receivedAt);
const person = { kind: 'psid', value: PSID };

describe('a pressed button', () => {
  it('brings its payload and what led the person here', () => {
    const postback = {
      mid: 'm_p.1',
      title: 'Start',
      payload: 'GET_STARTED',
      referral: { ref: 'r', source: 'SHORTLINK', type: 'OPEN_THREAD' },
    };
    expect(parse({ postback }).events).toMatchObject([
      {
        kind: 'messenger.postback',
        payload: { ...postback, person, standby: false },
      },
    ]);
    expect(ofInstagram({ postback }).events).toMatchObject([
      { kind: 'instagram.postback', payload: { mid: 'm_p.1', person: { kind: 'igsid', value: IGSID } } },
    ]);
  });

  it('may come without an id, and in standby without its payload', () => {
    const [event] = parse({ postback: { title: 'Start' } }).events;
    expect(event).toMatchObject({ kind: 'messenger.postback', payload: { mid: null, title: 'Start' } });
    expect(event?.payload).not.toHaveProperty('payload');
  });
});

describe('a person who comes by a link', () => {
  it('is told with the link’s parameter', () => {
    const referral = {
      ref: 'r',
      source: 'IGME-SOURCE-LINK',
      type: 'OPEN_THREAD',
      referer_uri: 'https://x.y',
    };
    expect(ofInstagram({ referral }).events).toMatchObject([
      {
        kind: 'instagram.referral',
        payload: {
          person: { kind: 'igsid', value: IGSID },
          referral: { ref: 'r', source: 'IGME-SOURCE-LINK', refererUri: 'https://x.y' },
        },
      },
    ]);
    expect(parse({ referral: {} }).events).toMatchObject([
      { kind: 'messenger.referral', payload: { referral: {} } },
    ]);
  });
});

describe('an opt-in', () => {
  it('by a plug-in names the person, or a reference in place of one', () => {
    expect(parse({ optin: { ref: 'cart' } }).events).toMatchObject([
      { kind: 'messenger.optin', payload: { type: 'plugin', ref: 'cart', person } },
    ]);
    expect(parse({ optin: { ref: 'cart', user_ref: 'u' }, sender: undefined }).events).toMatchObject([
      { payload: { type: 'plugin', ref: 'cart', userRef: 'u', person: null, by: null } },
    ]);
    expect(parse({ optin: { ref: 'cart' }, sender: undefined }).unrecognized).toMatchObject([
      { reason: 'messaging[0]: neither id of the sender nor user_ref' },
    ]);
  });

  it('to marketing messages has a token, and may be its end', () => {
    const optin = {
      type: 'notification_messages',
      notification_messages_token: 'token',
      payload: 'P',
      title: 'News',
      notification_messages_frequency: 'WEEKLY',
      notification_messages_timezone: 'Asia/Dubai',
      notification_messages_status: 'STOP NOTIFICATIONS',
      user_token_status: 'NOT_REFRESHED',
      token_expiry_timestamp: '1790000000',
    };
    expect(parse({ optin }).events).toMatchObject([
      {
        payload: {
          type: 'notification_messages',
          token: 'token',
          payload: 'P',
          title: 'News',
          frequency: 'WEEKLY',
          timezone: 'Asia/Dubai',
          status: 'STOP_NOTIFICATIONS',
          tokenStatus: 'NOT_REFRESHED',
          expiresAt: new Date(1790000000_000),
        },
      },
    ]);
    expect(parse({ optin: { type: 'notification_messages' } }).unrecognized).toMatchObject([
      { reason: 'messaging[0]: notification_messages_token is missing' },
    ]);
  });

  it('to one message has a token, and one of another kind is kept', () => {
    const once = { type: 'one_time_notif_req', one_time_notif_token: 't', payload: 'P' };
    expect(parse({ optin: once }).events).toMatchObject([
      { payload: { type: 'one_time_notif_req', token: 't', payload: 'P' } },
    ]);
    expect(ofInstagram({ optin: { type: 'constructor' } }).events).toMatchObject([
      { kind: 'instagram.optin', payload: { type: 'unknown', metaType: 'constructor' } },
    ]);
  });
});

describe('a conversation changes hands', () => {
  it.each([
    ['pass_thread_control', 'passed'],
    ['take_thread_control', 'taken'],
  ])('by %s, from nobody too', (key, action) => {
    const transfer = { previous_owner_app_id: null, new_owner_app_id: 123456789, metadata: 'm' };
    const payload = { action, previousOwnerAppId: null, newOwnerAppId: '123456789', metadata: 'm' };
    expect(parse({ [key]: transfer }).events).toMatchObject([
      { kind: 'messenger.handover', payload: { ...payload, person } },
    ]);
    expect(ofInstagram({ [key]: transfer }).events).toMatchObject([{ kind: 'instagram.handover', payload }]);
  });

  it('on request, and by the roles of the apps', () => {
    const request = { requested_owner_app_id: '2', metadata: 'm' };
    expect(parse({ request_thread_control: request }).events).toMatchObject([
      { payload: { action: 'requested', requestedOwnerAppId: '2', metadata: 'm' } },
    ]);
    const roles = { 1: ['primary_receiver', 5], 2: 'nonsense' };
    expect(parse({ app_roles: roles }).events).toMatchObject([
      {
        payload: {
          action: 'roles',
          apps: [
            { appId: '1', roles: ['primary_receiver'] },
            { appId: '2', roles: [] },
          ],
        },
      },
    ]);
  });
});

describe('what is Messenger’s alone', () => {
  it('is the linking of accounts', () => {
    const linking = { status: 'linked', authorization_code: 'code' };
    expect(parse({ account_linking: linking }).events).toMatchObject([
      { kind: 'messenger.account_linking', payload: { status: 'linked', authorizationCode: 'code', person } },
    ]);
    expect(ofInstagram({ account_linking: linking }).events).toEqual([]);
  });

  it('is the enforcement of policies, which nobody sends', () => {
    const policy = { action: 'block', reason: 'Spam' };
    expect(parse({ 'policy-enforcement': policy, sender: undefined })).toMatchObject({
      events: [
        {
          kind: 'messenger.policy_enforcement',
          asset: { kind: 'page', metaId: PAGE_ID },
          payload: policy,
        },
      ],
      unrecognized: [],
    });
  });
});

describe('other items', () => {
  it.each(['response_feedback', 'game_play', 'order', 'optout'])(
    'of the kind %s are kept for later',
    (field) => {
      const item = aMessengerItem({ [field]: { any: 'thing' } });
      expect(parseDelivery(aMessengerDelivery(item), receivedAt)).toMatchObject({
        events: [{ kind: 'messenger.other', payload: { field, value: item } }],
        unrecognized: [],
      });
    },
  );
});
