import type { Client } from 'meta-business-backend-client';
import type { AnyLiveEvent } from 'meta-business-backend-client/realtime';
import { element, make } from './elements';
import { type Conversation, Thread, nameOf } from './thread';

/** The list of conversations, kept up to date by events. */
export class Inbox {
  private readonly conversations = new Map<string, Conversation>();
  private readonly thread: Thread;
  private readonly list = element('ul', 'conversations');

  constructor(
    private readonly client: Client,
    private readonly showProblem: (error: unknown) => void,
  ) {
    this.thread = new Thread(client, showProblem);
  }

  /** Everything that is shown, anew: at the start, and when the service says that too much was missed. */
  async load(): Promise<void> {
    const { conversations } = await this.client.get('/api/meta/conversations', { query: { limit: 50 } });
    this.conversations.clear();
    for (const conversation of conversations) this.conversations.set(conversation.id, conversation);
    this.show();
    await this.thread.load();
  }

  take(event: AnyLiveEvent): void {
    if (event.type === 'message.created') {
      const { message, conversation } = event.data;
      if (conversation !== null) this.put(conversation, message?.direction === 'inbound' ? 1 : 0);
      if (message !== null) this.thread.put(message);
    } else if (event.type === 'message.updated') {
      if (event.data.message !== null) this.thread.put(event.data.message);
    } else if (event.type === 'message.status')
      this.thread.setStatus(event.data.messageId, event.data.status);
    else if (event.type === 'conversation.updated' || event.type === 'conversation.assigned') {
      if (event.data.conversation !== null) this.put(event.data.conversation, 0);
    }
  }

  /** The count that comes with an event is nobody's: everybody has a count of their own. */
  private put(conversation: Conversation, news: number): void {
    const isOpen = conversation.id === this.thread.openId;
    const before = this.conversations.get(conversation.id)?.unreadCount ?? 0;
    this.conversations.set(conversation.id, { ...conversation, unreadCount: isOpen ? 0 : before + news });
    this.show();
    if (!isOpen) return;
    this.thread.take(conversation);
    if (news > 0) this.markRead(conversation.id);
  }

  private async open(conversation: Conversation): Promise<void> {
    await this.thread.open(conversation);
    this.conversations.set(conversation.id, { ...conversation, unreadCount: 0 });
    this.markRead(conversation.id);
    this.show();
  }

  private markRead(id: string): void {
    this.client.post('/api/meta/conversations/{id}/read', { path: { id }, body: {} }).catch(this.showProblem);
  }

  private show(): void {
    const hadFocus = this.list.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.id
      : undefined;
    const newestFirst = [...this.conversations.values()].sort((a, b) =>
      (b.lastMessageAt ?? '').localeCompare(a.lastMessageAt ?? ''),
    );
    this.list.replaceChildren(...newestFirst.map((each) => this.showConversation(each)));
    if (hadFocus !== undefined)
      this.list.querySelector<HTMLElement>(`[data-id="${CSS.escape(hadFocus)}"]`)?.focus();
  }

  private showConversation(conversation: Conversation): HTMLLIElement {
    const { id, unreadCount, lastMessagePreview, platform } = conversation;
    const unread =
      unreadCount === 0
        ? []
        : [make('span', { className: 'unread', title: `${unreadCount} unread` }, String(unreadCount))];
    const button = make(
      'button',
      { type: 'button' },
      ...unread,
      make('bdi', {}, nameOf(conversation)),
      make('small', { dir: 'auto' }, lastMessagePreview ?? ''),
      make('small', {}, platform),
    );
    button.dataset.id = id;
    button.setAttribute('aria-current', String(id === this.thread.openId));
    button.onclick = () => {
      this.open(this.conversations.get(id) ?? conversation).catch(this.showProblem);
    };
    return make('li', {}, button);
  }
}
