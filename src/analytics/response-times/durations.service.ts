import { Injectable } from '@nestjs/common';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import type { DurationFigures, DurationGroup, DurationKind } from './duration-figures';
import type { DurationOwner } from './duration-month';
import { DurationMonths } from './duration-months.service';
import { type DurationParts, pickedByName, pickedByTime } from './picked-durations';
import { belowEnds, figuresOfSorted } from './sorted-durations';

export interface DurationScope {
  accountId: AccountId;
  platforms: readonly ConversationPlatform[];
  /** null: all of the account. */
  assetIds: readonly AssetId[] | null;
}

export interface DurationSeries {
  /** By the number of the time between two bounds; without those where nothing happened. */
  points: Map<number, DurationFigures>;
  total: DurationFigures;
  /** Of all of them, as `distributionOf` takes it. */
  below: number[];
}

/** How long customers waited and cases took: exact, from each single duration. */
@Injectable()
export class DurationsService {
  constructor(private readonly months: DurationMonths) {}

  /**
   * Of the times between rising bounds, and of all of them.
   * @param bounds at whole seconds
   */
  async overTime(
    scope: DurationScope,
    bounds: readonly Date[],
  ): Promise<Record<DurationKind, DurationSeries>> {
    const [from, until] = [bounds[0], bounds.at(-1)];
    if (from === undefined || until === undefined) throw new Error('A range without bounds.');
    const months = await this.months.read(scope.accountId, { from, until });
    const isWanted = ownersIn(scope);
    const seconds = bounds.map(secondsOf);
    const answers = pickedByTime(months.answers, seconds, isWanted);
    const resolutions = pickedByTime(months.resolutions, seconds, isWanted);
    return {
      firstResponse: seriesOf(answers.firsts),
      response: seriesOf(answers.all),
      resolution: seriesOf(resolutions.all),
    };
  }

  /**
   * By user, by our id of the channel, or by platform. Nobody's are left out.
   * @param range from and until whole seconds
   */
  async byGroup(
    scope: DurationScope,
    range: { from: Date; until: Date },
    group: DurationGroup,
  ): Promise<Record<DurationKind, Map<string, DurationFigures>>> {
    const months = await this.months.read(scope.accountId, range);
    const isWanted = ownersIn(scope);
    const nameOf = (owner: DurationOwner): string | null => {
      const name = { agent: owner.agent, channel: owner.assetId, platform: owner.platform }[group];
      return name !== '' && isWanted(owner) ? name : null;
    };
    const seconds = { from: secondsOf(range.from), until: secondsOf(range.until) };
    const answers = pickedByName(months.answers, seconds, nameOf);
    const resolutions = pickedByName(months.resolutions, seconds, nameOf);
    return {
      firstResponse: named(answers.names, answers.firsts),
      response: named(answers.names, answers.all),
      resolution: named(resolutions.names, resolutions.all),
    };
  }
}

const secondsOf = (instant: Date): number => instant.getTime() / 1_000;

function ownersIn({ platforms, assetIds }: DurationScope): (owner: DurationOwner) => boolean {
  const [ofPlatforms, ofAssets] = [new Set(platforms), assetIds === null ? null : new Set(assetIds)];
  return ({ platform, assetId }) => ofPlatforms.has(platform) && (ofAssets === null || ofAssets.has(assetId));
}

/** Sorts each part where it stands. */
function figuresOfParts({ values, starts }: DurationParts): Map<number, DurationFigures> {
  const figures = new Map<number, DurationFigures>();
  for (let part = 0; part + 1 < starts.length; part++) {
    const own = values.subarray(starts[part], starts[part + 1]);
    if (own.length > 0) figures.set(part, figuresOfSorted(own.sort()));
  }
  return figures;
}

function seriesOf(parts: DurationParts): DurationSeries {
  const points = figuresOfParts(parts);
  const sorted = parts.values.sort();
  return { points, total: figuresOfSorted(sorted), below: belowEnds(sorted) };
}

function named(names: readonly string[], parts: DurationParts): Map<string, DurationFigures> {
  return new Map([...figuresOfParts(parts)].map(([part, figures]) => [names[part] ?? '', figures]));
}
