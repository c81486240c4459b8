import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../database/ids';
import { explainError } from '../error-explanations/error-explanation';
import { share } from '../rollups/rollup-counts';
import { RollupReader, type RollupScope } from '../rollups/rollup-reader';
import { FailuresRepository } from './failures.repository';
import type { FailureGroup } from './metric-results';

/** Meta has some two hundred codes. */
const MOST_CODES = 500;
const MOST_PARTS = 20;

/** How many failures there were of one code, and where. Templates are name and language with a tabulator between them. */
interface Failures {
  code: string;
  count: number;
  byAsset: Map<string, number>;
  byTemplate: Map<string, number>;
}

/** Groups what failed by code, and explains each. */
@Injectable()
export class FailureGroups {
  constructor(
    private readonly rollups: RollupReader,
    private readonly repository: FailuresRepository,
  ) {}

  /** @param channels those that are asked about, as the answer is to name them */
  async read<Channel extends { id: AssetId }>(
    scope: Omit<RollupScope, 'assetIds'>,
    channels: readonly Channel[],
  ): Promise<{ total: number; groups: FailureGroup<Channel>[] }> {
    const asked = { ...scope, assetIds: channels.map(({ id }) => id) };
    const failures = await this.byCode(asked);
    const last = await this.repository.lastOf(
      asked,
      failures.map(({ code }) => code),
    );
    const lastQuarters = await this.repository.lastQuartersOf(
      asked,
      failures.flatMap(({ code }) => (last.has(code) ? [] : [code])),
    );
    const total = failures.reduce((sum, { count }) => sum + count, 0);
    const channelOf = new Map<string, Channel>(channels.map((channel) => [channel.id, channel]));
    const groups = failures.map(({ code, count, byAsset, byTemplate }): FailureGroup<Channel> => {
      const seen = last.get(code);
      const explanation = explainError(code);
      return {
        // Of a code that we do not know Meta's own words are the best there is.
        explanation: { ...explanation, title: explanation.title ?? seen?.title ?? null },
        count,
        share: share(count, total) ?? 0,
        lastSeenAt: seen?.at ?? lastQuarters.get(code) ?? scope.from,
        lastMessageId: seen?.messageId ?? null,
        byNumber: mostOf(byAsset).flatMap(([assetId, own]) => {
          const channel = channelOf.get(assetId);
          return channel === undefined ? [] : [{ channel, count: own }];
        }),
        byTemplate: mostOf(byTemplate).map(([template, own]) => {
          const [name = '', language = ''] = template.split('\t');
          return { name, language, count: own };
        }),
      };
    });
    return { total, groups };
  }

  /** The most frequent first. */
  private async byCode(scope: RollupScope): Promise<Failures[]> {
    const found = await this.rollups.periods(
      scope,
      'error',
      [scope.from, scope.until],
      ['label', 'asset', 'template'],
      ['failed'],
    );
    const codes = new Map<string, Failures>();
    for (const { names, counts } of found) {
      const [code = '', asset = '', template = ''] = names;
      if (counts.failed <= 0) continue;
      const own: Failures = codes.get(code) ?? { code, count: 0, byAsset: new Map(), byTemplate: new Map() };
      codes.set(code, own);
      own.count += counts.failed;
      add(own.byAsset, asset, counts.failed);
      // Messages that are no template stand under an empty name.
      if (!template.startsWith('\t')) add(own.byTemplate, template, counts.failed);
    }
    return [...codes.values()]
      .sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1))
      .slice(0, MOST_CODES);
  }
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}

/** The twenty with the most. */
function mostOf(sums: ReadonlyMap<string, number>): [string, number][] {
  return [...sums]
    .sort(([oneKey, one], [otherKey, other]) => other - one || (oneKey < otherKey ? -1 : 1))
    .slice(0, MOST_PARTS);
}
