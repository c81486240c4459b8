import { Injectable } from '@nestjs/common';
import type { RealtimeNamespace, RealtimeSocket } from './realtime-socket';
import { roomOf } from './realtime-socket';

/** Who comes and goes in between is told of in one. */
const PAUSE_MS = 500;
/** More are counted, not named. */
const MOST_NAMED = 50;

export interface Person {
  id: string;
  name: string;
}

/** Who has a conversation open, over all processes. Nothing of it is stored or kept: it is asked for when it changes. */
@Injectable()
export class ConversationPresence {
  private readonly namespaces: RealtimeNamespace[] = [];
  private readonly pending = new Set<string>();

  serve(namespace: RealtimeNamespace): void {
    this.namespaces.push(namespace);
  }

  /** Somebody opened it or left it: those who have it open are told, a moment later. */
  changed(conversationId: string): void {
    if (this.pending.has(conversationId)) return;
    this.pending.add(conversationId);
    setTimeout(() => {
      this.pending.delete(conversationId);
      void this.tell(conversationId);
    }, PAUSE_MS).unref();
  }

  /** To everybody who has it open, except the sender; to nobody whose connection is busy. */
  relay(sender: RealtimeSocket, conversationId: string, event: string, payload: object): void {
    for (const namespace of this.namespaces)
      namespace.to(roomOf(conversationId)).except(sender.id).volatile.emit(event, payload);
  }

  private async tell(conversationId: string): Promise<void> {
    const people = new Map<string, Person>();
    for (const namespace of this.namespaces) {
      // Fails when Redis, or another process, does not answer: those who can be seen are named another time.
      const sockets = await namespace
        .in(roomOf(conversationId))
        .fetchSockets()
        .catch(() => []);
      for (const { data } of sockets) people.set(data.person.id, data.person);
    }
    if (people.size === 0) return;
    const payload = {
      conversationId,
      total: people.size,
      users: [...people.values()].slice(0, MOST_NAMED),
    };
    for (const namespace of this.namespaces)
      namespace.to(roomOf(conversationId)).volatile.emit('conversation.presence', payload);
  }
}
