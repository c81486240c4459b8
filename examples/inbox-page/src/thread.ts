import { type Client, type components, isApiError } from 'meta-business-backend-client';
import { element, make } from './elements';

export type Message = components['schemas']['ThreadMessageDto'];
export type Conversation = components['schemas']['ConversationDto'];

/** Statuses only ever go forward; what comes late is older. */
const CLIMB = ['queued', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'played', 'failed'];
const TICKS: Readonly<Record<string, string>> = {
  queued: '🕓 queued',
  accepted: '🕓 accepted',
  sent: '✓ sent',
  delivered: '✓✓ delivered',
  read: '✓✓ read',
  played: '✓✓ played',
  failed: '⚠ failed',
  unknown: '? being found out',
};

/** The conversation that is open. */
export class Thread {
  private conversation: Conversation | null = null;
  private readonly messages = new Map<string, Message>();
  private readonly list = element('ol', 'messages');
  private readonly form = element('form', 'reply');
  private readonly text = element('textarea', 'text');

  constructor(
    private readonly client: Client,
    private readonly showProblem: (error: unknown) => void,
  ) {
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.reply().catch(showProblem);
    };
    this.text.onkeydown = (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    };
    // A window closes while nobody does anything.
    setInterval(() => {
      this.showWindow();
    }, 30_000);
  }

  get openId(): string | null {
    return this.conversation?.id ?? null;
  }

  async open(conversation: Conversation): Promise<void> {
    if (conversation.id !== this.openId) this.messages.clear();
    this.take(conversation);
    element('h2', 'thread-title').textContent = nameOf(conversation);
    this.show();
    await this.load();
    element('h2', 'thread-title').focus();
  }

  /** Also after `resync_required`: what is there is put together with what comes. */
  async load(): Promise<void> {
    const id = this.openId;
    if (id === null) return;
    const { messages } = await this.client.get('/api/meta/conversations/{id}/messages', {
      path: { id },
      query: { limit: 50 },
    });
    if (id !== this.openId) return; // another one was opened meanwhile
    for (const message of messages) this.add(message);
    this.show();
  }

  take(conversation: Conversation): void {
    this.conversation = conversation;
    this.form.hidden = conversation.kind === 'group';
    this.showWindow();
  }

  put(message: Message): void {
    if (message.conversationId !== this.openId) return;
    this.add(message);
    this.show();
  }

  setStatus(messageId: string, status: string): void {
    const message = this.messages.get(messageId);
    if (message === undefined) return;
    this.add({ ...message, status: status as Message['status'] });
    this.show();
  }

  private add(message: Message): void {
    const known = this.messages.get(message.id);
    const isBack = known !== undefined && CLIMB.indexOf(known.status) > CLIMB.indexOf(message.status);
    this.messages.set(message.id, isBack ? { ...message, status: known.status } : message);
  }

  private show(): void {
    const inOrder = [...this.messages.values()].sort((a, b) => a.seq - b.seq);
    this.list.replaceChildren(...inOrder.map(showMessage));
    this.list.scrollTop = this.list.scrollHeight;
  }

  private showWindow(): void {
    const end = this.conversation?.windowExpiresAt ?? null;
    const isOpen =
      this.conversation?.platform === 'facebook' || (end !== null && Date.parse(end) > Date.now());
    element('p', 'window').textContent = isOpen
      ? ''
      : 'The customer has not written for a day: only templates can be sent.';
    this.text.disabled = !isOpen;
  }

  private async reply(): Promise<void> {
    const id = this.openId;
    const body = this.text.value.trim();
    if (id === null || body === '') return;
    this.text.value = '';
    try {
      // The client adds an idempotency key: sent again after a lost connection, it goes out once.
      await this.client.post('/api/meta/conversations/{id}/messages', {
        path: { id },
        body: { type: 'text', text: { body } },
      });
    } catch (error) {
      this.text.value = body;
      if (isApiError(error, 'WINDOW_CLOSED') && this.conversation !== null)
        this.take({ ...this.conversation, windowExpiresAt: error.details.closedAt ?? null });
      else this.showProblem(error);
    }
  }
}

export function nameOf({ contact, channel, groupId }: Conversation): string {
  const known = contact?.identities.find(({ kind }) => kind === 'phone')?.value;
  return contact?.name ?? contact?.username ?? known ?? groupId ?? channel.name ?? 'Somebody';
}

/** Names and texts go in as text, never as HTML; `dir="auto"` lets each run in its own direction. */
function showMessage(message: Message): HTMLLIElement {
  const { direction, text, type, status, error, timestamp, revokedAt } = message;
  const what = revokedAt === null ? (text ?? `[${type}]`) : 'This message was taken back.';
  const at = new Date(timestamp).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const ticks = direction === 'outbound' ? ` ${TICKS[status] ?? status}` : '';
  const failed = status === 'failed' ? [make('small', { className: 'failed' }, error?.title ?? '')] : [];
  const item = make(
    'li',
    { className: direction },
    make('p', { dir: 'auto' }, what),
    make('small', {}, at + ticks),
    ...failed,
  );
  item.dataset.id = message.id;
  return item;
}
