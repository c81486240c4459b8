import type {
  AccountId,
  AssetId,
  CommentActionId,
  CommentId,
  ConversationId,
  MessageId,
  NoteId,
  UserId,
} from '../../database/ids';
import type { DomainEventKind, DomainEventMap } from '../../domain-events/domain-events';
import { type Finding, type Surroundings, nameOf } from './finding';
import { findingsOf } from './rule-table';

const ACCOUNT = '0197f1d2-0000-7000-8000-000000000001' as AccountId;
const CONVERSATION = 'c' as ConversationId;
const [ADA, BEN, EVE] = ['ada', 'ben', 'eve'] as UserId[] as [UserId, UserId, UserId];
const CHANNEL: Surroundings = {
  channelOf: (id) => (id === CONVERSATION ? { type: 'phone_number', id: '106', name: '+1 650' } : null),
};

function of<K extends DomainEventKind>(
  kind: K,
  payload: DomainEventMap[K],
  surroundings = CHANNEL,
): Finding[] {
  return findingsOf({ kind, payload, accountId: ACCOUNT }, surroundings);
}

const told = (findings: readonly Finding[]): unknown[] =>
  findings.map((finding) => {
    if (finding.effect === 'clear') return `over: ${finding.topic} ${finding.subjectId}`;
    const { title, message } = finding.one(nameOf(finding.subject));
    for (const text of [title, message]) expect(text).not.toMatch(/undefined|null|\[object/);
    return [finding.kind, finding.severity, finding.recipientId ?? 'all', title];
  });

describe('what is told of messages that fail', () => {
  const failed = (
    code: number | string,
    title: string | null = null,
    conversationId = CONVERSATION,
  ): Finding[] =>
    of('message.status', {
      messageId: 'm' as MessageId,
      conversationId,
      status: 'failed',
      error: { code, title },
    });

  it.each([
    [131042, 'critical'], // the business has to pay
    [190, 'critical'], // it has to be connected again
    [131008, 'warning'], // its developer has to mend the request
    [131026, 'info'], // the customer has no WhatsApp
    [131047, 'info'], // nobody can do anything
    ['WINDOW_CLOSED', 'warning'],
    [424242, 'warning'],
  ])('by who has to act: %s is %s', (code, severity) => {
    expect(told(failed(code))).toEqual([
      ['message.failed', severity, 'all', 'Messages from +1 650 could not be delivered'],
    ]);
  });

  it('comes together by channel and code, and says what it means', () => {
    const [first] = failed(131026);
    const [second] = failed(131042);
    expect([first, second]).toMatchObject([{ group: '106:131026' }, { group: '106:131042' }]);
    expect(second?.effect === 'raise' && second.one('x').message).toContain('billing');
    const [unknown] = failed(424242, 'Something odd');
    expect(unknown?.effect === 'raise' && unknown.one('x').message).toContain('Something odd');
  });

  it('is nothing of other statuses, nor of a conversation that is gone', () => {
    const status = { messageId: 'm' as MessageId, conversationId: CONVERSATION, status: 'read' };
    expect(of('message.status', status)).toEqual([]);
    expect(failed(131026, null, 'gone' as ConversationId)).toEqual([]);
  });
});

describe('what is told to one person', () => {
  const assigned = (agentId: UserId | null, actorId: UserId | null): Finding[] =>
    of('conversation.assigned', { conversationId: CONVERSATION, previousAgentId: null, agentId, actorId });

  it('that a conversation was assigned, unless the person took it', () => {
    expect(told(assigned(ADA, BEN))).toEqual([
      ['conversation.assigned', 'info', ADA, 'A conversation with a customer c was assigned to you'],
    ]);
    expect(told(assigned(ADA, null))).toHaveLength(1);
    expect(assigned(ADA, ADA)).toEqual([]);
    expect(assigned(null, BEN)).toEqual([]);
  });

  it('that somebody mentioned them, each by itself, and not the author', () => {
    const found = of('conversation.note_added', {
      conversationId: CONVERSATION,
      noteId: 'n' as NoteId,
      authorId: BEN,
      mentionedUserIds: [ADA, BEN, EVE],
    });
    expect(found.map((each) => each.effect === 'raise' && each.recipientId)).toEqual([ADA, EVE]);
    expect(new Set(found.map(({ topic }) => topic)).size).toBe(2);
  });
});

describe('what is told of comments, mentions and calls', () => {
  it('an answer that turned out not to have been given', () => {
    const facts = { actionId: 'a' as CommentActionId, commentId: 'k' as CommentId, assetId: 'p' as AssetId };
    const error = { code: 100, message: 'The comment is gone.' };
    const [[, severity, , title]] = told(of('comment.reply_failed', { ...facts, kind: 'reply', error })) as [
      string[],
    ];
    expect([severity, title]).toEqual([
      'warning',
      'An answer of something connected k to a comment was not given',
    ]);
    const [later] = of('comment.reply_failed', {
      ...facts,
      kind: 'private_reply',
      error: { code: 1, message: null },
    });
    expect(later?.effect === 'raise' && later.one('Acme')).toMatchObject({
      title: 'A private reply of Acme was not sent',
      message: expect.stringContaining('Meta gave no reason.') as string,
    });
  });

  it('a mention', () => {
    expect(told(of('mention.created', { mentionId: 'x', assetId: 'p' as AssetId }))).toMatchObject([
      ['mention.created', 'info', 'all', expect.stringMatching(/^Somebody mentioned/)],
    ]);
  });

  it('a call that nobody took, and no other', () => {
    const ended = (direction: 'USER_INITIATED' | 'BUSINESS_INITIATED', outcome: string): Finding[] =>
      of('whatsapp.call.ended', {
        id: 'i',
        callId: 'w',
        phoneNumberId: '106',
        direction,
        state: 'ended',
        outcome,
        durationSeconds: null,
      });
    expect(told(ended('USER_INITIATED', 'not_answered'))).toEqual([
      ['whatsapp.call_missed', 'info', 'all', 'Somebody called the number 106 and nobody answered'],
    ]);
    expect(ended('USER_INITIATED', 'completed')).toEqual([]);
    expect(ended('BUSINESS_INITIATED', 'not_answered')).toEqual([]);
  });
});

describe('what is told of outbound webhooks', () => {
  const endpoint = { endpointId: 'e', host: 'crm.example.com' };

  it('that one fails, that it is disabled in its place, and that it works again', () => {
    const error = 'The receiver answered 500.';
    const failing = of('endpoint.failing', { ...endpoint, since: '2026-03-14T00:00:00Z', error });
    const disabled = of('endpoint.disabled', { ...endpoint, reason: 'failing', error });
    expect(told([...failing, ...disabled])).toEqual([
      [
        'endpoint.failing',
        'warning',
        'all',
        'The outbound webhook crm.example.com does not take what it is sent',
      ],
      ['endpoint.disabled', 'critical', 'all', 'The outbound webhook crm.example.com was disabled'],
    ]);
    expect(failing[0]!.topic).toBe(disabled[0]!.topic);
    expect(told(of('endpoint.recovered', endpoint))).toEqual([`over: ${failing[0]!.topic} e`]);
  });
});
