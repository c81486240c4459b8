import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { NO_OWN_FIGURES, OWN_FIGURES, type OwnFigures } from './comment-engagement';
import { EngagedPostsRepository } from './engaged-posts.repository';
import { metaFigures } from './engagement-metrics';
import type {
  ChannelEngagement,
  Engagement,
  EngagementRequest,
  EngagementScope,
  PostEngagement,
} from './engagement-results';
import { engagementTables } from './engagement-tables';
import { MetaFiguresRepository } from './meta-figures.repository';

/** More lines than anybody reads; those with most comments. */
const MOST_CHANNELS = 100;
const USUAL: EngagementRequest = { sort: 'comments', limit: 200 };
const NOTHING_KNOWN = metaFigures('page', () => null);

@Injectable()
export class EngagementService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'engagement';
  readonly title = 'Posts and media';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly scopes: AnalyticsScopes,
    private readonly posts: EngagedPostsRepository,
    private readonly figures: MetaFiguresRepository,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    return engagementTables(await this.read(scope, USUAL));
  }

  async read(scope: AnalyticsScope, { sort, limit }: EngagementRequest): Promise<Engagement> {
    const { accountId, channels, platforms, range } = scope;
    const known = (channels ?? (await this.scopes.channels(accountId, null))).filter(
      ({ kind }) =>
        (kind === 'page' && platforms.includes('facebook')) ||
        (kind === 'instagram' && platforms.includes('instagram')),
    );
    const within: EngagementScope = {
      accountId,
      assetIds: known.map(({ id }) => id),
      from: range.from,
      until: range.until,
    };
    const [found, ofAssets] = await Promise.all([
      this.posts.find(within, sort, limit),
      this.figures.ofAssets(within, range),
    ]);
    const [ofPosts, here] = await Promise.all([
      this.figures.ofPosts(
        within,
        found.posts.flatMap(({ object }) => object ?? []),
      ),
      this.figures.publishedHere(within, found.posts),
    ]);
    const byChannel = known
      .map((channel): ChannelEngagement => {
        const own = found.byAsset.get(channel.id);
        const meta = ofAssets.get(channel.id);
        return {
          channel,
          posts: own?.posts ?? 0,
          own: own?.own ?? NO_OWN_FIGURES,
          meta: meta?.figures ?? NOTHING_KNOWN,
          knownDays: meta?.knownDays ?? 0,
        };
      })
      .filter(({ channel, posts, knownDays, own }) => channel.isOwned || posts + knownDays + own.comments > 0)
      .sort((one, other) => other.own.comments - one.own.comments);
    const posts = byChannel.reduce((sum, each) => sum + each.posts, 0);
    const byId = new Map(known.map((channel) => [channel.id, channel]));
    return {
      scope,
      posts: found.posts.flatMap((post): PostEngagement[] => {
        const channel = byId.get(post.assetId);
        const meta = post.object === null ? undefined : ofPosts.get(post.object.id);
        return channel === undefined
          ? []
          : [
              {
                ...post,
                channel,
                meta: meta?.figures ?? NOTHING_KNOWN,
                asOf: meta?.asOf ?? null,
                permalink: here.get(post.externalId)?.permalink ?? null,
                text: here.get(post.externalId)?.text ?? null,
              },
            ];
      }),
      furtherPosts: posts - found.posts.length,
      totals: { posts, own: byChannel.map(({ own }) => own).reduce(addOwnFigures, NO_OWN_FIGURES) },
      byChannel: byChannel.slice(0, MOST_CHANNELS),
      furtherChannels: Math.max(0, byChannel.length - MOST_CHANNELS),
    };
  }
}

function addOwnFigures(one: OwnFigures, other: OwnFigures): OwnFigures {
  return Object.fromEntries(OWN_FIGURES.map((name) => [name, one[name] + other[name]])) as OwnFigures;
}
