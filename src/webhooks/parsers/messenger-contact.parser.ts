import type { MessagingOptIn } from '../messenger-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  readId,
  readInstant,
  readText,
  requireWord,
  readRecord,
  UnreadableItemError,
} from './json-reader';
import type { MessagingEvent, MessagingItem } from './messenger-item.parser';
import { placeOf, requireSender } from './messenger-item.parser';
import { readAction, readReferral } from './messenger-message.parser';

/** `postback` */
export function parseMessagingPostback(
  postback: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'postback'> {
  const referral = readReferral(readRecord(postback, 'referral') ?? readRecord(item.record, 'referral'));
  return {
    kind: `${item.channel.platform}.postback`,
    ...placeOf(item),
    payload: {
      mid: readId(postback, 'mid') ?? null,
      person: requireSender(item),
      standby: item.standby,
      raw: item.record,
      ...present({ title: readText(postback, 'title'), payload: readText(postback, 'payload'), referral }),
    },
  };
}

/** `referral` */
export function parseMessagingReferral(
  referral: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'referral'> {
  return {
    kind: `${item.channel.platform}.referral`,
    ...placeOf(item),
    payload: { ...readAction(item), referral: readReferral(referral) ?? {} },
  };
}

/** `optin` */
export function parseMessagingOptIn(optIn: JsonRecord, item: MessagingItem): MessagingEvent<'optin'> {
  const event = { kind: `${item.channel.platform}.optin`, ...placeOf(item) } as const;
  const action = readAction(item);
  const type = readText(optIn, 'type');
  const payload = readText(optIn, 'payload');
  switch (type) {
    case 'notification_messages':
      return {
        ...event,
        payload: {
          ...action,
          type,
          token: requireWord(optIn, 'notification_messages_token'),
          ...present({ payload }),
          ...readTopic(optIn),
        },
      };
    case 'one_time_notif_req':
      return {
        ...event,
        payload: {
          ...action,
          type,
          token: requireWord(optIn, 'one_time_notif_token'),
          ...present({ payload }),
        },
      };
    case undefined: {
      const ref = readText(optIn, 'ref');
      const userRef = readText(optIn, 'user_ref');
      if (action.person === null && userRef === undefined)
        throw new UnreadableItemError('neither id of the sender nor user_ref');
      return { ...event, payload: { ...action, type: 'plugin', ...present({ ref, userRef }) } };
    }
    default:
      return { ...event, payload: { ...action, type: 'unknown', metaType: type } };
  }
}

function readTopic(
  optIn: JsonRecord,
): Omit<
  Extract<MessagingOptIn, { type: 'notification_messages' }>,
  'type' | 'token' | 'payload' | 'person' | 'by' | 'standby' | 'raw'
> {
  return present({
    title: readText(optIn, 'title'),
    frequency: readText(optIn, 'notification_messages_frequency'),
    timezone: readText(optIn, 'notification_messages_timezone'),
    // Meta's page prints these with a space.
    status: readText(optIn, 'notification_messages_status')?.replaceAll(' ', '_'),
    tokenStatus: readText(optIn, 'user_token_status'),
    expiresAt: readInstant(optIn, 'token_expiry_timestamp'),
  });
}

/** `pass_thread_control`, `take_thread_control` */
export function parseMessagingTransfer(
  action: 'passed' | 'taken',
  transfer: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'handover'> {
  return {
    kind: `${item.channel.platform}.handover`,
    ...placeOf(item),
    payload: {
      ...readAction(item),
      action,
      previousOwnerAppId: readId(transfer, 'previous_owner_app_id') ?? null,
      newOwnerAppId: readId(transfer, 'new_owner_app_id') ?? null,
      ...present({ metadata: readText(transfer, 'metadata') }),
    },
  };
}

/** `request_thread_control` */
export function parseMessagingRequest(request: JsonRecord, item: MessagingItem): MessagingEvent<'handover'> {
  return {
    kind: `${item.channel.platform}.handover`,
    ...placeOf(item),
    payload: {
      ...readAction(item),
      action: 'requested',
      requestedOwnerAppId: readId(request, 'requested_owner_app_id') ?? null,
      ...present({ metadata: readText(request, 'metadata') }),
    },
  };
}

/** `app_roles`: its keys are the apps. */
export function parseMessagingRoles(roles: JsonRecord, item: MessagingItem): MessagingEvent<'handover'> {
  return {
    kind: `${item.channel.platform}.handover`,
    ...placeOf(item),
    payload: {
      ...readAction(item),
      action: 'roles',
      apps: Object.entries(roles).map(([appId, list]) => ({
        appId,
        roles: Array.isArray(list) ? list.filter((role) => typeof role === 'string') : [],
      })),
    },
  };
}

/** `account_linking`, which is Messenger's alone. */
export function parseMessengerAccountLinking(
  linking: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'account_linking'> {
  return {
    kind: 'messenger.account_linking',
    ...placeOf(item),
    payload: {
      ...readAction(item),
      status: requireWord(linking, 'status'),
      ...present({ authorizationCode: readText(linking, 'authorization_code') }),
    },
  };
}

/** `policy-enforcement`, which is Messenger's alone and has no sender. */
export function parseMessengerPolicy(
  policy: JsonRecord,
  item: MessagingItem,
): MessagingEvent<'policy_enforcement'> {
  return {
    kind: 'messenger.policy_enforcement',
    ...placeOf(item),
    payload: {
      action: requireWord(policy, 'action'),
      standby: item.standby,
      raw: item.record,
      ...present({ reason: readText(policy, 'reason') }),
    },
  };
}

/** Whatever the key holds that made us take the item for one that is known. */
export function parseMessagingOther(field: string, item: MessagingItem): MessagingEvent<'other'> {
  const { person, by, standby } = readAction(item);
  return {
    kind: `${item.channel.platform}.other`,
    ...placeOf(item),
    payload: { field, value: item.record, person, by, standby },
  };
}
