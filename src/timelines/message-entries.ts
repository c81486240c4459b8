import type {
  AttemptFact,
  CampaignFact,
  MediaFact,
  MessageFact,
  SendFact,
  SentimentFact,
  StatusFact,
  ToldByFact,
} from './message-facts.repository';
import { type TimelineEntry, briefly, counted, entryOf, instantText } from './timeline-entry';

export interface MessageFactsFound {
  message: MessageFact;
  senderName: string | null;
  statuses: readonly StatusFact[];
  send: SendFact | null;
  attempts: readonly AttemptFact[];
  deliveries: readonly ToldByFact[];
  media: readonly MediaFact[];
  sentiment: readonly SentimentFact[];
  campaign: CampaignFact | null;
  notifications: readonly { id: string; title: string; firstAt: Date; lastAt: Date }[];
}

/** What is stored of a message's own life. */
export function messageEntries(found: MessageFactsFound): TimelineEntry[] {
  const { message, send, attempts, media, sentiment, notifications } = found;
  return [
    ...found.deliveries.flatMap((delivery) => deliveryEntries(delivery, found)),
    ...(message.direction === 'inbound' || send === null ? [storedEntry(message)] : []),
    ...(send === null ? orderedLongAgo(found) : orderEntries(send, found)),
    ...attempts.map((attempt) => attemptEntry(attempt, found)),
    ...found.statuses.flatMap((status) => statusEntries(status, found)),
    ...media.flatMap(mediaEntries),
    ...sentiment.flatMap(sentimentEntries),
    ...(message.editedAt === null ? [] : [entryOf(message.editedAt, 'message.edited', 'It was edited.')]),
    ...(message.revokedAt === null
      ? []
      : [entryOf(message.revokedAt, 'message.revoked', 'It was taken back.')]),
    ...notifications.map(({ id, title, firstAt, lastAt }) =>
      entryOf(
        lastAt,
        'notification.raised',
        `People were told: ${briefly(title)} (since ${instantText(firstAt)}).`,
        {
          notificationId: id,
        },
      ),
    ),
  ];
}

function deliveryEntries(delivery: ToldByFact, { message, statuses }: MessageFactsFound): TimelineEntry[] {
  const told = statuses.filter(({ deliveryId }) => deliveryId === delivery.id).map(({ status }) => status);
  const what = [...(message.deliveryId === delivery.id ? ['the message'] : []), ...new Set(told)].join(', ');
  const ids = { deliveryId: delivery.id };
  return [
    entryOf(delivery.receivedAt, 'delivery.received', `Meta’s webhook with ${what} arrived.`, ids, delivery),
    ...(delivery.processedAt === null
      ? []
      : [
          entryOf(delivery.processedAt, 'delivery.processed', `The webhook with ${what} was processed.`, ids),
        ]),
  ];
}

function storedEntry({
  createdAt,
  toldAt,
  direction,
  isImported,
  id,
  externalId,
  senderType,
}: MessageFact): TimelineEntry {
  const ids = { messageId: id, externalId };
  if (isImported) return entryOf(createdAt, 'message.imported', 'It was read from Meta’s history.', ids);
  const from =
    direction === 'inbound'
      ? 'The message was stored'
      : `It was sent ${senderType === 'app' ? 'elsewhere, such as on a phone or in Meta’s inbox,' : 'from here'} and stored`;
  return entryOf(createdAt, 'message.stored', `${from}; Meta dates it ${instantText(toldAt)}.`, ids);
}

function orderEntries(send: SendFact, { message, senderName, campaign }: MessageFactsFound): TimelineEntry[] {
  const who = campaign === null ? (senderName ?? 'a user') : `the campaign ${campaign.name}`;
  const isLater = send.orderedFor.getTime() > send.createdAt.getTime() + 1_000;
  const entries = [
    entryOf(
      send.createdAt,
      'send.ordered',
      `Ordered by ${who}${isLater ? `, to be sent at ${instantText(send.orderedFor)}` : ''}.`,
      { messageId: message.id, userId: message.senderId, campaignId: campaign?.id },
      send,
    ),
  ];
  // Of a send that succeeded no attempt is written down beside the order itself.
  if (send.startedAt !== null && (send.state === 'accepted' || send.state === 'sending'))
    entries.push(
      entryOf(
        send.startedAt,
        'send.attempt',
        'A dispatcher took it to call Meta.',
        {},
        { traceParent: send.traceParent },
      ),
    );
  return entries;
}

function orderedLongAgo({ message, senderName, campaign }: MessageFactsFound): TimelineEntry[] {
  if (message.direction === 'inbound' || message.senderType !== 'agent') return [];
  const who = campaign === null ? (senderName ?? 'a user') : `the campaign ${campaign.name}`;
  return [
    entryOf(message.createdAt, 'send.ordered', `Ordered by ${who}. The order itself is no longer kept.`, {
      messageId: message.id,
      userId: message.senderId,
    }),
  ];
}

const OUTCOMES: Readonly<Record<AttemptFact['outcome'], [kind: string, title: string]>> = {
  retry: ['send.retry', 'Meta did not take it'],
  postponed: ['send.held_back', 'Held back by a limit of Meta’s on messages to one person or of one kind'],
  failed: ['send.failed', 'It failed for good'],
  unknown: ['send.unknown', 'No answer of Meta’s came, so it may have gone out; it is not sent again'],
};

function attemptEntry(attempt: AttemptFact, { send }: MessageFactsFound): TimelineEntry {
  const [kind, title] = OUTCOMES[attempt.outcome];
  const again = attempt.nextAt === null ? '' : `; again at ${instantText(attempt.nextAt)}`;
  const reason = attempt.error === null ? '' : `: ${errorText(attempt.error)}`;
  return entryOf(
    attempt.endedAt,
    kind,
    `${title}${again}${reason}.`,
    { fbtraceId: attempt.fbtraceId },
    { traceParent: send?.traceParent ?? null },
  );
}

function statusEntries(status: StatusFact, { attempts, send, message }: MessageFactsFound): TimelineEntry[] {
  // The order says when.
  if (status.status === 'queued' && send !== null) return [];
  // The attempt says why.
  const isOwn = status.deliveryId === null && (status.status === 'failed' || status.status === 'unknown');
  if (isOwn && attempts.some(({ outcome }) => outcome === status.status)) return [];
  const who = status.participant === '' ? '' : ' by one of the group';
  const reason = status.error === null ? '' : `: ${errorText(status.error)}`;
  const ids = { deliveryId: status.deliveryId };
  if (status.status === 'accepted')
    return [
      entryOf(
        status.at,
        'send.accepted',
        'Meta accepted it.',
        { ...ids, externalId: message.externalId },
        {
          traceParent: send?.traceParent ?? null,
        },
      ),
    ];
  // When it was learnt: Meta's times are whole seconds, and would stand before what led to them.
  return [
    entryOf(
      status.createdAt,
      `status.${status.status}`,
      `Meta says: ${status.status}${who} at ${instantText(status.at)}${reason}.`,
      ids,
    ),
  ];
}

function mediaEntries(file: MediaFact): TimelineEntry[] {
  const ids = { mediaId: file.mediaId };
  const entries = [
    entryOf(file.createdAt, 'media.noted', 'Its file was noted, to be fetched from Meta.', ids),
  ];
  if (file.storedAt !== null)
    entries.push(entryOf(file.storedAt, 'media.stored', 'Its file was stored.', ids));
  if (file.state === 'failed')
    entries.push(
      entryOf(
        file.nextAttemptAt,
        'media.failed',
        `Its file could not be fetched, given up after ${counted(file.attempts, 'attempt')}${file.error === null ? '' : `: ${errorText(file.error)}`}.`,
        ids,
      ),
    );
  return entries;
}

function sentimentEntries({ state, createdAt, attempts, error }: SentimentFact): TimelineEntry[] {
  if (state === 'pending') return [];
  return [
    entryOf(
      createdAt,
      'sentiment.failed',
      `Its mood could not be read after ${counted(attempts, 'attempt')}: ${briefly(error)}`,
    ),
  ];
}

/** What is being waited for, and since when; null where it has come as far as it can by itself. */
export function waitingFor(found: MessageFactsFound, now: Date): TimelineEntry | null {
  const { message, send, media, sentiment, statuses } = found;
  const waiting = (since: Date, title: string) => entryOf(since, 'waiting', title, { messageId: message.id });
  if (send !== null) {
    const wait = sendWait(send, found, now);
    if (wait !== null) return waiting(wait[0], wait[1]);
    if (send.state === 'unknown' && message.status === 'unknown')
      return waiting(
        send.finishedAt ?? send.createdAt,
        'Waiting for a webhook of Meta’s that says whether it went out. If none comes, it did not, as far as anybody knows.',
      );
  }
  if (message.direction === 'outbound' && (message.status === 'accepted' || message.status === 'sent')) {
    const last = statuses.at(-1)?.at ?? message.createdAt;
    return waiting(
      last,
      message.status === 'accepted'
        ? 'Waiting for Meta’s webhook that says it was sent. If none ever comes, see whether webhooks arrive at all.'
        : 'Waiting for the person’s device: Meta has sent it, and says when it is delivered.',
    );
  }
  const file = media.find(({ state }) => state === 'pending' || state === 'fetching');
  if (file !== undefined)
    return waiting(
      file.createdAt,
      `Waiting for its file to be fetched, due at ${instantText(file.nextAttemptAt)} after ${counted(file.attempts, 'attempt')}.`,
    );
  const mood = sentiment.find(({ state }) => state === 'pending');
  return mood === undefined ? null : waiting(mood.createdAt, 'Waiting for its mood to be read.');
}

function sendWait(
  send: SendFact,
  { campaign, attempts }: MessageFactsFound,
  now: Date,
): [Date, string] | null {
  const last = attempts.at(-1);
  const since = last?.endedAt ?? send.createdAt;
  if (send.state === 'held') {
    const why = campaign?.pauseReason?.message;
    return [
      campaign?.updatedAt ?? since,
      campaign === null
        ? 'Held until somebody releases it.'
        : `Held: the campaign ${campaign.name} is ${campaign.state}${why === undefined ? '' : `, because ${briefly(why)}`}.`,
    ];
  }
  if (send.state === 'sending') return [send.startedAt ?? since, 'Waiting for Meta’s answer to the call.'];
  if (send.state !== 'queued') return null;
  if (send.availableAt > now) {
    const why =
      last === undefined
        ? 'as it was ordered for then'
        : last.outcome === 'postponed'
          ? 'by a limit on messages to one person or of one kind'
          : 'after the last attempt';
    return [since, `Held until ${instantText(send.availableAt)}, ${why}.`];
  }
  if (send.earlier > 0)
    return [since, `Waiting for ${counted(send.earlier, 'earlier message')} to the same person to go first.`];
  return [since, 'Waiting for a dispatcher: for its sender’s turn and pace, or for a worker to run at all.'];
}

function errorText(error: {
  code: number | string;
  title: string | null;
  message: string | null;
  details: string | null;
}): string {
  const words = [error.title, error.message, error.details].map(briefly).filter((text) => text !== '');
  return `${error.code}, ${[...new Set(words)].join('; ') || 'without a reason'}`.replace(/\.+$/, '');
}
