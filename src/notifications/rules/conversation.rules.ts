import type { EventSeverity } from '../../domain-events/domain-events';
import { explainGraphCode } from '../../graph-client/graph-error-codes';
import { type RuleTable, raise } from './finding';

/** What is told of messages, conversations and comments. */
export const CONVERSATION_RULES: RuleTable = {
  // Of each channel and code one in a day: a thousand messages that fail for one reason are one thing to deal with.
  'message.status': ({ status, conversationId, error }, _accountId, { channelOf }) => {
    if (status !== 'failed') return [];
    const subject = channelOf(conversationId);
    if (subject === null) return [];
    const code = String(error?.code ?? 'unknown');
    const { severity, message } = explanationOf(code, error?.title ?? null);
    return [
      raise({
        kind: 'message.failed',
        topic: `message.failed:${code}`,
        group: `${subject.id}:${code}`,
        subject,
        severity,
        isLasting: false,
        one: (name) => ({ title: `Messages from ${name} could not be delivered`, message }),
        payload: { code, title: error?.title ?? null },
      }),
    ];
  },
  'conversation.assigned': ({ conversationId, agentId, actorId }) =>
    // Whoever takes one knows.
    agentId === null || agentId === actorId
      ? []
      : [
          raise({
            kind: 'conversation.assigned',
            topic: 'conversation.assignment',
            group: 'assigned',
            recipientId: agentId,
            subject: { type: 'conversation', id: conversationId },
            severity: 'info',
            isLasting: false,
            one: (name) => ({
              title: `A conversation with ${name} was assigned to you`,
              message: 'It waits for you in the inbox.',
            }),
            many: (count) => ({
              title: `${count} conversations were assigned to you`,
              message: 'They wait for you in the inbox.',
            }),
            payload: { conversationId, actorId },
          }),
        ],
  'conversation.note_added': ({ conversationId, noteId, authorId, mentionedUserIds }) =>
    mentionedUserIds
      .filter((userId) => userId !== authorId)
      .map((userId) =>
        raise({
          kind: 'conversation.mentioned',
          // One note may mention several people, each of whom is told.
          topic: `conversation.mention:${noteId}:${userId}`,
          group: conversationId,
          recipientId: userId,
          subject: { type: 'conversation', id: conversationId },
          severity: 'info',
          isLasting: false,
          one: (name) => ({
            title: `You were mentioned in a note on the conversation with ${name}`,
            message: 'The note is in the conversation.',
          }),
          payload: { conversationId, noteId, authorId },
        }),
      ),
  'comment.reply_failed': ({ actionId, kind, commentId, assetId, error }) => [
    raise({
      kind: 'comment.reply_failed',
      topic: 'comment.reply',
      group: actionId,
      subject: { type: 'comment', id: commentId ?? actionId, assetId },
      severity: 'warning',
      isLasting: false,
      one: (name) => ({
        title:
          kind === 'private_reply'
            ? `A private reply of ${name} was not sent`
            : `An answer of ${name} to a comment was not given`,
        message: `It was open for a while whether Meta had taken it; it had not. ${error.message ?? 'Meta gave no reason.'} It can be written again.`,
      }),
      payload: { actionId, commentId, assetId, error },
    }),
  ],
  'mention.created': ({ mentionId, assetId }) => [
    raise({
      kind: 'mention.created',
      topic: `mention:${mentionId}`,
      subject: { type: 'mention', id: assetId, assetId },
      severity: 'info',
      isLasting: false,
      one: (name) => ({
        title: `Somebody mentioned ${name}`,
        message: 'The post or comment is among the mentions of the account.',
      }),
      many: (count) => ({
        title: `${count} Pages and accounts were mentioned`,
        message: 'The posts and comments are among the mentions of each.',
      }),
      payload: { mentionId, assetId },
    }),
  ],
  'whatsapp.call.ended': ({ callId, phoneNumberId, direction, outcome }) =>
    direction === 'USER_INITIATED' && outcome === 'not_answered'
      ? [
          raise({
            kind: 'whatsapp.call_missed',
            topic: `whatsapp.call:${callId}`,
            group: phoneNumberId,
            subject: { type: 'phone_number', id: phoneNumberId },
            severity: 'info',
            isLasting: false,
            one: (name) => ({
              title: `Somebody called ${name} and nobody answered`,
              message: 'The call is in the log of calls, with who it was.',
            }),
            payload: { callId, phoneNumberId },
          }),
        ]
      : [],
};

/** How bad it is goes by who has to do something: what lies with one customer is no trouble of the business's. */
function explanationOf(code: string, title: string | null): { severity: EventSeverity; message: string } {
  const known = /^\d{1,9}$/.test(code) ? explainGraphCode(Number(code)) : null;
  const reason = known?.cause ?? (title === null ? 'Meta gave no reason.' : `The reason: ${title}.`);
  const message = [`${reason} (${code})`, known?.action, 'The messages say it of each.']
    .filter((part) => typeof part === 'string')
    .join(' ');
  if (known === null) return { severity: 'warning', message };
  if (known.class === 'configuration' || known.class === 'reauth') return { severity: 'critical', message };
  const isOurs = known.whoMustAct === 'business' || known.whoMustAct === 'developer';
  return { severity: isOurs ? 'warning' : 'info', message };
}
