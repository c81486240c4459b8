import {
  type Body,
  type Ids,
  type SentMessage,
  type Trace,
  NUMBERS,
  bsuidOf,
  echoWamid,
  idsOf,
  messageWamid,
  pastOf,
  targetAt,
  waIdOf,
} from './inbox-events';

type Json = Record<string, unknown>;

export const BUSINESS_NUMBER = '15550783881';
/** The second in which a trace begins. */
export const BEGINNING = 1_773_480_000;

/** One item of a delivery. */
export interface Item {
  number: number;
  field: string;
  /** The list of the change's value that it stands in; null: it is the value. */
  list: string | null;
  json: Json;
  /** Beside it in the change's list of people. */
  contact: Json | null;
  /** Whose facts the list of people would complete. */
  customer: number | null;
}

const time = (at: number): string => String(BEGINNING + at);

/** @param orderIds our id of each order */
export function itemsOf(trace: Trace, orderIds: readonly string[]): Item[] {
  const item = (
    number: number,
    field: string,
    list: string | null,
    json: Json,
    of: { contact?: Json | null; customer?: number } = {},
  ): Item => ({ number, field, list, json, contact: of.contact ?? null, customer: of.customer ?? null });
  return [
    ...trace.messages.map((message, index) =>
      item(
        message.number,
        'messages',
        'messages',
        {
          ...idsAs(idsOf(message.who), 'from', 'from_user_id', 'from_parent_user_id'),
          id: messageWamid(index),
          timestamp: time(message.at),
          ...contentOf(message.body),
          ...(message.isReply ? { context: { id: 'wamid.message.0', from: BUSINESS_NUMBER } } : {}),
        },
        { contact: contactOf(message), customer: message.who.customer },
      ),
    ),
    ...trace.echoes.map((echo, index) =>
      item(echo.number, 'smb_message_echoes', 'message_echoes', {
        from: BUSINESS_NUMBER,
        ...idsAs(idsOf(echo.who), 'to', 'to_user_id', 'to_parent_user_id'),
        id: echoWamid(index),
        timestamp: time(echo.at),
        ...contentOf(echo.body),
      }),
    ),
    ...trace.past.flatMap((_, index) => pastItems(trace, index)),
    ...trace.statuses.map((status) => {
      const { number, wamid, order, customer, era } = targetAt(trace, status.target, true);
      return item(number, 'messages', 'statuses', {
        id: wamid,
        status: status.status,
        timestamp: time(status.at),
        ...idsAs(
          idsOf({ customer, era, naming: status.naming }),
          'recipient_id',
          'recipient_user_id',
          'parent_recipient_user_id',
        ),
        ...(status.pricing === null
          ? {}
          : { pricing: { billable: true, pricing_model: 'PMP', category: status.pricing } }),
        ...(status.status === 'failed' ? { errors: [{ code: status.errorCode, title: 'Failed' }] } : {}),
        ...(order !== null && status.namesOurId ? { biz_opaque_callback_data: orderIds[order] } : {}),
      });
    }),
    ...trace.edits.map((edit, index) =>
      changeItem(trace, edit.target, {
        id: `wamid.edit.${index}`,
        timestamp: time(edit.at),
        type: 'edit',
        edit: {
          original_message_id: targetAt(trace, edit.target).wamid,
          message: { type: 'text', text: { body: edit.words } },
        },
      }),
    ),
    ...trace.revocations.map((revocation, index) =>
      changeItem(trace, revocation.target, {
        id: `wamid.revocation.${index}`,
        timestamp: time(revocation.at),
        type: 'revoke',
        revoke: { original_message_id: targetAt(trace, revocation.target).wamid },
      }),
    ),
    ...trace.moves.map(({ number, customer, at }, index) =>
      item(
        number,
        'messages',
        'messages',
        {
          from: waIdOf(customer, 0),
          from_user_id: bsuidOf(customer, 0),
          id: `wamid.move.${index}`,
          timestamp: time(at),
          type: 'system',
          system: {
            body: 'The number changed',
            type: 'user_changed_number',
            wa_id: waIdOf(customer, 1),
            user_id: bsuidOf(customer, 1),
          },
        },
        { customer },
      ),
    ),
    ...trace.choices.map(({ number, who, value, at }) =>
      item(number, 'user_preferences', 'user_preferences', {
        ...idsAs(idsOf(who), 'wa_id', 'user_id', 'parent_user_id'),
        category: 'marketing_messages',
        value,
        timestamp: BEGINNING + at,
      }),
    ),
    ...trace.oddities.map((oddity, index) =>
      item(index % NUMBERS, oddity === 'object' ? '' : `no_such_field_${index}`, null, { depth: index }),
    ),
  ];
}

function pastItems(trace: Trace, index: number): Item[] {
  const past = pastOf(trace, index);
  const ids = idsOf(past.who);
  const isPlaceholder = past.isPlaceholder && past.body.type === 'image';
  const message = {
    ...(past.direction === 'outbound'
      ? { from: BUSINESS_NUMBER, to: ids.waId ?? undefined }
      : idsAs(ids, 'from', 'from_user_id', 'from_parent_user_id')),
    id: past.wamid,
    timestamp: time(past.at),
  };
  const thread = {
    id: ids.waId ?? ids.bsuid,
    ...(ids.waId !== null && ids.bsuid !== null ? { user_id: ids.bsuid } : {}),
    messages: [
      {
        ...message,
        ...(isPlaceholder ? { type: 'media_placeholder' } : contentOf(past.body)),
        history_context: { status: past.status },
      },
    ],
  };
  const base = { number: past.number, field: 'history', contact: null, customer: null };
  return [
    {
      ...base,
      list: 'history',
      json: { metadata: { phase: 0, chunk_order: index, progress: 100 }, threads: [thread] },
    },
    ...(isPlaceholder && !past.isTwin
      ? [{ ...base, list: 'messages', json: { ...message, ...contentOf(past.body) } }]
      : []),
  ];
}

/** Customers change their messages by messages, the business its own by echoes. */
function changeItem(trace: Trace, target: number, json: Json): Item {
  const { number, isOutbound, customer, era } = targetAt(trace, target);
  const base = { number, contact: null, customer: null };
  return isOutbound
    ? {
        ...base,
        field: 'smb_message_echoes',
        list: 'message_echoes',
        json: { ...json, from: BUSINESS_NUMBER, to: waIdOf(customer, era) },
      }
    : { ...base, field: 'messages', list: 'messages', json: { ...json, from: waIdOf(customer, era) } };
}

function idsAs({ waId, bsuid, parentBsuid }: Ids, ...[number, id, parent]: [string, string, string]): Json {
  return {
    ...(waId === null ? {} : { [number]: waId }),
    ...(bsuid === null ? {} : { [id]: bsuid }),
    ...(parentBsuid === null ? {} : { [parent]: parentBsuid }),
  };
}

function contactOf({ who, name, username }: SentMessage): Json | null {
  if (name === null) return null;
  return {
    profile: { name, ...(username === null ? {} : { username }) },
    ...idsAs(idsOf(who), 'wa_id', 'user_id', 'parent_user_id'),
  };
}

/** The type and its part of a message. */
export function contentOf({ type, words }: Body): Json {
  switch (type) {
    case 'text':
      return { type, text: { body: words ?? '' } };
    case 'image':
      return {
        type,
        image: {
          id: '90',
          mime_type: 'image/jpeg',
          sha256: 'c2hh',
          ...(words === null ? {} : { caption: words }),
        },
      };
    case 'audio':
      return { type, audio: { id: '91', mime_type: 'audio/ogg', voice: true } };
    case 'reaction':
      return {
        type,
        reaction: { message_id: 'wamid.message.0', ...(words === null ? {} : { emoji: words }) },
      };
    case 'button':
      return { type, button: { payload: 'P', ...(words === null ? {} : { text: words }) } };
    case 'hologram':
      return { type, hologram: { depth: 3 } };
  }
}
