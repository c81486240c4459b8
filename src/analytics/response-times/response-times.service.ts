import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AnalyticsChannel, AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { AgentNames } from './agent-names.repository';
import {
  DURATION_KINDS,
  type DurationFigures,
  type DurationGroup,
  type DurationKind,
  type DurationsByKind,
  NO_DURATIONS,
  distributionOf,
} from './duration-figures';
import { type DurationScope, DurationsService } from './durations.service';
import { OpenWaitsRepository } from './open-waits.repository';
import type {
  AgentDurations,
  ChannelDurations,
  OpenWaits,
  PlatformDurations,
  ResponseTimes,
  ResponseTimesReader,
} from './response-time-results';
import { responseTimesTables } from './response-times-tables';

@Injectable()
export class ResponseTimesService implements AnalyticsDataset, ResponseTimesReader, OnModuleInit {
  readonly name = 'response-times';
  readonly title = 'Response times';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly scopes: AnalyticsScopes,
    private readonly durations: DurationsService,
    private readonly waits: OpenWaitsRepository,
    private readonly names: AgentNames,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    return Promise.resolve(responseTimesTables(scope, this));
  }

  async read(scope: AnalyticsScope): Promise<ResponseTimes> {
    const [times, waiting] = await Promise.all([this.overTime(scope), this.waiting(scope)]);
    return { ...times, waiting };
  }

  async overTime(scope: AnalyticsScope): Promise<Omit<ResponseTimes, 'waiting'>> {
    const { bounds } = scope.range;
    const found = await this.durations.overTime(durationScope(scope), bounds);
    const { firstResponse, response, resolution } = found;
    const series = {
      firstResponse: firstResponse.points,
      response: response.points,
      resolution: resolution.points,
    };
    return {
      totals: {
        firstResponse: firstResponse.total,
        response: response.total,
        resolution: resolution.total,
      },
      distribution: distributionOf({
        firstResponse: firstResponse.below,
        response: response.below,
        resolution: resolution.below,
      }),
      points: bounds.slice(0, -1).map((timestamp, place) => ({ timestamp, ...durationsAt(series, place) })),
    };
  }

  async waiting(scope: AnalyticsScope): Promise<OpenWaits> {
    return this.waits.now(durationScope(scope));
  }

  /** Those who answered or closed, the most answers first. */
  async byAgent(scope: AnalyticsScope): Promise<AgentDurations[]> {
    const found = await this.grouped(scope, 'agent');
    const names = await this.names.of(found.map(([userId]) => userId));
    return found.map(([userId, durations]) => ({
      userId,
      name: names.get(userId) ?? null,
      ...durations,
    }));
  }

  /** Those where something was answered or closed, the most answers first. */
  async byChannel(scope: AnalyticsScope): Promise<ChannelDurations[]> {
    const [found, channels] = await Promise.all([
      this.grouped(scope, 'channel'),
      scope.channels ?? this.scopes.channels(scope.accountId, null),
    ]);
    const channelOf = new Map<string, AnalyticsChannel>(channels.map((channel) => [channel.id, channel]));
    return found.flatMap(([id, durations]) => {
      const channel = channelOf.get(id);
      return channel === undefined ? [] : [{ channel, ...durations }];
    });
  }

  /** All that were asked for. */
  async byPlatform(scope: AnalyticsScope): Promise<PlatformDurations[]> {
    const found = new Map(await this.grouped(scope, 'platform'));
    return scope.platforms.map((platform) => ({
      platform,
      ...(found.get(platform) ?? durationsAt(undefined, platform)),
    }));
  }

  private async grouped(
    scope: AnalyticsScope,
    group: DurationGroup,
  ): Promise<[name: string, durations: DurationsByKind][]> {
    const found = await this.durations.byGroup(durationScope(scope), scope.range, group);
    const names = new Set(DURATION_KINDS.flatMap((kind) => [...found[kind].keys()]));
    return [...names]
      .map((name): [string, DurationsByKind] => [name, durationsAt(found, name)])
      .sort(
        ([oneName, one], [otherName, other]) =>
          other.response.count - one.response.count ||
          other.resolution.count - one.resolution.count ||
          oneName.localeCompare(otherName),
      );
  }
}

export function durationScope({ accountId, platforms, channels }: AnalyticsScope): DurationScope {
  return { accountId, platforms, assetIds: channels?.map(({ id }) => id) ?? null };
}

/** Of each kind what was found under a key. */
export function durationsAt<Key>(
  found: Record<DurationKind, ReadonlyMap<Key, DurationFigures>> | undefined,
  key: Key,
): DurationsByKind {
  const at = (kind: DurationKind): DurationFigures => found?.[kind].get(key) ?? NO_DURATIONS;
  return { firstResponse: at('firstResponse'), response: at('response'), resolution: at('resolution') };
}
