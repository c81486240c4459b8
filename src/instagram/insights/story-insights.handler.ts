import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import { InsightObjectsRepository } from '../../insights/insight-objects.repository';
import type { InsightValue } from '../../insights/reading/insight-answer';
import { InsightValuesRepository } from '../../insights/reading/insight-values.repository';
import { metaDayOf } from '../../insights/reading/meta-days';
import type { InstagramStoryInsights } from '../../webhooks/instagram-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';

/** What the webhook counts by names of its own are parts of this metric. */
const NAVIGATION: ReadonlyMap<string, string> = new Map([
  ['exits', 'tap_exit'],
  ['taps_forward', 'tap_forward'],
  ['taps_back', 'tap_back'],
]);
const AS_THEY_ARE = new Set(['reach', 'replies', 'views', 'shares', 'total_interactions', 'navigation']);
/** The webhook kept the old name. That it counts the same as `views` is doubtful, so it takes no figure's place. */
const OLD_VIEWS = 'impressions';

/** The final figures of a story, told when its day is over: nothing more of it can be read by then. */
@Injectable()
export class StoryInsightsHandler implements WebhookHandler<'instagram.story_insights'>, OnModuleInit {
  readonly kind = 'instagram.story_insights';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly objects: InsightObjectsRepository,
    private readonly values: InsightValuesRepository,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'instagram.story_insights'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const told = readEach(
      events,
      ledger,
      NOTHING_IN_IT,
      ({ accountId, assetId }, { payload, occurredAt }) => ({
        accountId,
        assetId,
        mediaId: payload.mediaId,
        endedAt: occurredAt,
        ...finalFigures(payload, occurredAt),
      }),
    );
    const stories = await this.objects.storiesOver(tx, told);
    for (const story of stories)
      for (const { assetId, mediaId, certain, doubtful } of told) {
        if (assetId !== story.assetId || mediaId !== story.externalId) continue;
        await this.values.saveTold(tx, story, certain, true);
        await this.values.saveTold(tx, story, doubtful, false);
      }
  }
}

function finalFigures(
  { metrics }: InstagramStoryInsights,
  at: Date,
): { certain: InsightValue[]; doubtful: InsightValue[] } {
  const bucketAt = metaDayOf(at);
  const place = { period: 'lifetime' as const, breakdown: '', label: '', bucketAt };
  const entries = Object.entries(metrics).flatMap(([name, value]) =>
    value === null ? [] : [{ name, value }],
  );
  return {
    certain: entries.flatMap(({ name, value }): InsightValue[] => {
      const label = NAVIGATION.get(name);
      if (label !== undefined)
        return [{ ...place, metric: 'navigation', breakdown: 'story_navigation_action_type', label, value }];
      return AS_THEY_ARE.has(name) ? [{ ...place, metric: name, value }] : [];
    }),
    doubtful: entries
      .filter(({ name }) => name === OLD_VIEWS)
      .map(({ value }) => ({ ...place, metric: 'views', value })),
  };
}
