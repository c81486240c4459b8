import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import type { DurationFigures, DurationGroup, DurationKind } from './duration-figures';
import { DurationMonths } from './duration-months.service';
import { type DurationParts, type WantedDurations, pickedByName, pickedByTime } from './picked-durations';
import { figuresOf, measured } from './measured-durations';

export interface DurationScope extends WantedDurations {
  accountId: AccountId;
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
    const seconds = bounds.map(secondsOf);
    const answers = pickedByTime(months.answers, seconds, scope);
    const resolutions = pickedByTime(months.resolutions, seconds, scope);
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
    const seconds = { from: secondsOf(range.from), until: secondsOf(range.until) };
    const answers = pickedByName(months.answers, seconds, scope, group);
    const resolutions = pickedByName(months.resolutions, seconds, scope, group);
    return {
      firstResponse: named(answers.names, answers.firsts),
      response: named(answers.names, answers.all),
      resolution: named(resolutions.names, resolutions.all),
    };
  }
}

const secondsOf = (instant: Date): number => instant.getTime() / 1_000;

/** Values of each part change their places within it. */
function figuresOfParts({ values, starts }: DurationParts): Map<number, DurationFigures> {
  const figures = new Map<number, DurationFigures>();
  for (let part = 0; part + 1 < starts.length; part++) {
    const own = values.subarray(starts[part], starts[part + 1]);
    if (own.length > 0) figures.set(part, figuresOf(own));
  }
  return figures;
}

function seriesOf(parts: DurationParts): DurationSeries {
  const points = figuresOfParts(parts);
  const { figures: total, below } = measured(parts.values);
  return { points, total, below };
}

function named(names: readonly string[], values: readonly Int32Array[]): Map<string, DurationFigures> {
  return new Map(
    names.flatMap((name, part): [string, DurationFigures][] => {
      const own = values[part];
      return own === undefined || own.length === 0 ? [] : [[name, figuresOf(own)]];
    }),
  );
}
