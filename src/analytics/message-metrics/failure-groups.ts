import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../database/ids';
import { explainError } from '../error-explanations/error-explanation';
import { share } from '../rollups/rollup-counts';
import type { RollupScope } from '../rollups/rollup-reader';
import { type FailurePart, FailuresRepository } from './failures.repository';
import type { FailureGroup } from './metric-results';

/** Groups what failed by code, and explains each. */
@Injectable()
export class FailureGroups {
  constructor(private readonly repository: FailuresRepository) {}

  /** @param channels those that are asked about, as the answer is to name them */
  async read<Channel extends { id: AssetId }>(
    scope: Omit<RollupScope, 'assetIds'>,
    channels: readonly Channel[],
  ): Promise<{ total: number; groups: FailureGroup<Channel>[] }> {
    const asked = { ...scope, assetIds: channels.map(({ id }) => id) };
    const codes = await this.repository.byCode(asked);
    const [parts, last] = await Promise.all([
      this.repository.parts(asked),
      this.repository.lastOf(
        asked,
        codes.map(({ code }) => code),
      ),
    ]);
    const total = codes.reduce((sum, { count }) => sum + count, 0);
    const channelOf = new Map<AssetId, Channel>(channels.map((channel) => [channel.id, channel]));
    const groups = codes.map(({ code, count, lastBucketAt }): FailureGroup<Channel> => {
      const seen = last.get(code);
      const explanation = explainError(code);
      return {
        // Of a code that we do not know Meta's own words are the best there is.
        explanation: { ...explanation, title: explanation.title ?? seen?.title ?? null },
        count,
        share: share(count, total) ?? 0,
        lastSeenAt: seen?.at ?? lastBucketAt,
        lastMessageId: seen?.messageId ?? null,
        ...partsOf(code, parts, channelOf),
      };
    });
    return { total, groups };
  }
}

function partsOf<Channel>(
  code: string,
  parts: readonly FailurePart[],
  channelOf: ReadonlyMap<AssetId, Channel>,
): Pick<FailureGroup<Channel>, 'byNumber' | 'byTemplate'> {
  const own = parts.filter((part) => part.code === code);
  return {
    byNumber: own.flatMap(({ assetId, count }) => {
      const channel = assetId === null ? undefined : channelOf.get(assetId);
      return channel === undefined ? [] : [{ channel, count }];
    }),
    byTemplate: own.flatMap(({ template, count }) => (template === null ? [] : [{ ...template, count }])),
  };
}
