import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId } from '../database/ids';
import type { DomainEventKind, DomainEventMap } from './domain-events';

/** An event as its subscribers are told of it. */
export type DeliveredEvent<K extends DomainEventKind = DomainEventKind> = {
  [P in K]: {
    /** UUIDv7. The same whenever the event is told again: what leaves this service carries it. */
    id: string;
    kind: P;
    accountId: AccountId;
    payload: DomainEventMap[P];
    /** The place in the order of a conversation, for what happens in one. */
    conversation: { id: ConversationId; seq: string } | null;
    createdAt: Date;
    /** A whole number that never falls from one event to the next; events committed together share it. */
    position: string;
    /** Where what caused it belongs in a trace, as `traceparent`; null where it is not traced. */
    traceParent: string | null;
  };
}[K];

/**
 * Somebody who is told of events after their commit, whichever process made them.
 *
 * What a subscriber can rely on:
 * - Every committed event of its kinds comes, however late its transaction committed; none of a rolled-back one does.
 * - What `handle` does through `tx` happens exactly once: the note that it was told is committed with it. What it does
 *   elsewhere (a job, a socket) happens at least once; the event's id tells repetitions.
 * - Events come in the order of their commits as far as that can be seen: one that was committed before another one's
 *   transaction began comes first. Transactions that overlap may come either way, also when they are about the same
 *   conversation: the order within a conversation is that of `conversation.seq`, by which receivers sort and see gaps.
 * - Of any number of processes one at a time tells a subscriber, apart from events that are tried again. Subscribers do
 *   not wait for each other.
 *
 * What is expected of it: `handle` awaits everything that it starts, stays short, calls nobody outside, and does not end
 * the transaction. When it throws, nothing of it remains and fewer events are tried, until the one that fails stands
 * alone; that one is put aside and tried again for about a day and a half, while the later ones go on.
 */
export interface OutboxSubscriber<K extends DomainEventKind = DomainEventKind> {
  /** Names its place in the outbox in the database: one that is renamed begins anew. */
  readonly name: string;
  readonly kinds: readonly K[];
  /** Where one begins that was never here before. Default `end`: with what comes from now on. */
  readonly from?: 'beginning' | 'end';
  /** How long one call may take before it counts as failed, at most 60,000, which is the default. */
  readonly timeoutMs?: number;
  /** @param events at most 500, in order */
  handle(events: readonly DeliveredEvent<K>[], tx: EntityManager): Promise<void>;
}

/** A subscriber with its kinds forgotten: it is only ever given events of these. */
export interface RegisteredSubscriber {
  readonly name: string;
  readonly kinds: ReadonlySet<string>;
  readonly from: 'beginning' | 'end';
  readonly timeoutMs: number;
  handle(events: readonly DeliveredEvent[], tx: EntityManager): Promise<void>;
}

const LONGEST_HANDLING_MS = 60_000;

@Injectable()
export class OutboxSubscribers {
  private readonly byName = new Map<string, RegisteredSubscriber>();

  /**
   * Called from a module's `onModuleInit`, in processes of every role: the scheduler has to know whom it keeps events for.
   * @throws Error when the name is taken
   */
  register<K extends DomainEventKind>(subscriber: OutboxSubscriber<K>): void {
    const { name, from = 'end', timeoutMs = LONGEST_HANDLING_MS } = subscriber;
    if (this.byName.has(name)) throw new Error(`Two subscribers of the outbox are called ${name}`);
    const kinds = new Set<string>(subscriber.kinds);
    this.byName.set(name, {
      name,
      kinds,
      from,
      timeoutMs: Math.min(timeoutMs, LONGEST_HANDLING_MS),
      // Only events of its kinds are read for it.
      handle: (events, tx) => subscriber.handle(events as readonly DeliveredEvent<K>[], tx),
    });
  }

  all(): RegisteredSubscriber[] {
    return [...this.byName.values()];
  }

  names(): string[] {
    return [...this.byName.keys()];
  }
}
