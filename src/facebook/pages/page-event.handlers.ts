import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MentionStore, type ToldMention } from '../../conversations/direct/mention-store';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import { sha256 } from '../../crypto/secret-hash';
import type { PageReactionChanged } from '../../webhooks/page-events';
import {
  type EventLedger,
  type RoutedEvent,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { PageLeads, type ToldLead } from './page-leads.repository';
import { PagePolicies } from './page-policies.repository';
import { PageRatings, type ToldRating } from './page-ratings.repository';
import { PageReactions, type ToldReaction } from './page-reactions.repository';

/** What happens on a Page beside its posts, comments and messages. */
@Injectable()
export class PageEventHandlers implements OnModuleInit {
  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly reactions: PageReactions,
    private readonly ratings: PageRatings,
    private readonly leads: PageLeads,
    private readonly mentions: MentionStore,
    private readonly policies: PagePolicies,
  ) {}

  onModuleInit(): void {
    const { registry } = this;
    registry.register({
      kind: 'page.reaction',
      handle: (events, tx, ledger) =>
        this.reactions.record(tx, readEach(events, ledger, NOTHING_IN_IT, toldReaction)),
    });
    registry.register({
      kind: 'page.like',
      handle: (events, tx, ledger) =>
        this.reactions.record(tx, readEach(events, ledger, NOTHING_IN_IT, toldLike)),
    });
    registry.register({
      kind: 'page.rating',
      handle: (events, tx, ledger) =>
        this.ratings.record(tx, readEach(events, ledger, NOTHING_IN_IT, toldRating)),
    });
    registry.register({
      kind: 'page.mention',
      handle: (events, tx, ledger) =>
        this.mentions.record(tx, readEach(events, ledger, NOTHING_IN_IT, toldMention)),
    });
    registry.register({
      kind: 'page.lead',
      handle: (events, tx, ledger) =>
        this.leads.record(tx, readEach(events, ledger, NOTHING_IN_IT, toldLead)),
    });
    registry.register({
      kind: 'messenger.policy_enforcement',
      handle: (events, tx, ledger) => this.enforced(events, tx, ledger),
    });
    registry.register({
      kind: 'messenger.handover',
      handle: (events, tx) => this.roles(events, tx),
    });
  }

  private async enforced(
    events: readonly RoutedEvent<'messenger.policy_enforcement'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const told = readEach(events, ledger, NOTHING_IN_IT, (owner, { payload, occurredAt }) => ({
      accountId: owner.accountId,
      id: owner.assetId,
      action: payload.action,
      reason: payload.reason ?? null,
      at: occurredAt,
    }));
    for (const each of told) await this.policies.record(tx, each);
  }

  private async roles(
    events: readonly RoutedEvent<'messenger.handover'>[],
    tx: EntityManager,
  ): Promise<void> {
    for (const { owner, payload, occurredAt } of events) {
      if (owner === null || payload.action !== 'roles') continue;
      const roles = Object.fromEntries(
        payload.apps.map(({ appId, roles: held }) => [appId, [...held].sort()]),
      );
      await this.policies.recordRoles(tx, {
        accountId: owner.accountId,
        id: owner.assetId,
        roles,
        at: occurredAt,
      });
    }
  }
}

type Home = NonNullable<RoutedEvent['owner']>;
type Change = Pick<PageReactionChanged, 'from' | 'verb' | 'raw'>;

/** Where Meta does not say who it was, each occurrence is somebody of its own. */
function actorOf({ from, raw }: Change, at: Date): { actorId: string; actorName: string | null } {
  if (from !== null) return { actorId: from.id, actorName: from.name ?? null };
  return {
    actorId: `?${sha256(JSON.stringify([at.getTime(), raw]))
      .toString('hex')
      .slice(0, 32)}`,
    actorName: null,
  };
}

function isTakenBack(verb: string): boolean {
  return verb === 'remove' || verb === 'delete';
}

function toldReaction(
  home: Home,
  { payload, occurredAt }: RoutedEvent<'page.reaction'>,
): ToldReaction | null {
  const targetId = payload.commentId ?? payload.postId;
  if (targetId === null) return null;
  return {
    ...ownerOf(home),
    targetId,
    ...actorOf(payload, occurredAt),
    reaction: isTakenBack(payload.verb) ? null : (payload.reaction ?? 'like'),
    at: occurredAt,
  };
}

function toldLike(home: Home, { payload, occurredAt }: RoutedEvent<'page.like'>): ToldReaction {
  return {
    ...ownerOf(home),
    targetId: null,
    ...actorOf(payload, occurredAt),
    reaction: isTakenBack(payload.verb) ? null : 'like',
    at: occurredAt,
  };
}

function toldRating(home: Home, { payload, occurredAt }: RoutedEvent<'page.rating'>): ToldRating {
  const { storyId, reviewer, recommendation, rating, text, createdAt, verb } = payload;
  return {
    ...ownerOf(home),
    storyId,
    reviewer: reviewer && { id: reviewer.id, name: reviewer.name ?? null },
    recommendation: recommendation ?? null,
    rating: rating === undefined ? null : Math.round(rating),
    text: text ?? null,
    ratedAt: createdAt ?? occurredAt,
    isRemoved: isTakenBack(verb),
    at: occurredAt,
  };
}

function toldMention(home: Home, { payload, occurredAt }: RoutedEvent<'page.mention'>): ToldMention {
  const { mentionId, postId, commentId, message, from, createdAt, verb } = payload;
  return {
    ...ownerOf(home),
    externalId: mentionId,
    postExternalId: postId,
    commentExternalId: commentId,
    text: message ?? null,
    author: from && { id: from.id, name: from.name ?? null },
    mentionedAt: createdAt ?? occurredAt,
    isRemoved: isTakenBack(verb),
    isToBeRead: false,
    at: occurredAt,
  };
}

function toldLead(home: Home, { payload, occurredAt }: RoutedEvent<'page.lead'>): ToldLead {
  const { leadId, formId, adId, adgroupId } = payload;
  return { ...ownerOf(home), leadId, formId, adId, adgroupId, at: occurredAt };
}

function ownerOf({ accountId, assetId }: Home): Pick<ToldLead, 'accountId' | 'assetId'> {
  return { accountId, assetId };
}
