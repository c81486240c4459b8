import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import {
  GraphConfigurationError,
  GraphRejectedError,
  GraphUnreadableAnswerError,
} from '../../graph-client/graph.error';
import { GraphUsage } from '../../graph-client/graph-usage';
import { type InsightProblem, problemOf } from '../../insights/pulling/insight-problem';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { MetaPoint, MetaWindow } from './meta-figure';
import {
  CONVERSATION_DIMENSIONS,
  type Dimensions,
  MetaFiguresApi,
  PRICING_DIMENSIONS,
} from './meta-figures-api';
import { MetaFiguresRepository } from './meta-figures.repository';
import { firstDay, isMetaWindowDue, olderMetaWindow, recentMetaWindow } from './meta-pull-schedule';
import {
  type ClaimedPull,
  type MetaPullOutcome,
  MetaPullsRepository,
  PullTakenOverError,
} from './meta-pulls.repository';
import { type MetaSeries, MetaSeriesRepository } from './meta-series.repository';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const PULL_EVERY_MS = 3 * HOUR_MS;
/** Further stretches of the past, or of a long silence, that one pull asks for of each series. */
const MOST_STRETCHES = 3;
/** Meta takes no more. */
const TEMPLATES_AT_ONCE = 10;
/** While Meta's limits are nearly used up, what is left of them is for people at a screen. */
const PAUSE_AT_LIMIT_MS = 30 * MINUTE_MS;
const LONGEST_PULL_MS = 4 * MINUTE_MS;
/** What is left over is taken up soon. */
const GO_ON_AFTER_MS = MINUTE_MS;
const AFTER_FAULT_MS = HOUR_MS;
/** How long a refusal is believed that may be about one kind of figures alone. */
const REFUSED_MS = DAY_MS;
const DISABLED_MS = 6 * HOUR_MS;
/** Narrower windows are not tried where an answer is too much. */
const NARROWEST_MS = DAY_MS;

/** Pulls Meta's figures of one WhatsApp Business Account: what is new, the last days again, and a piece of the past. */
@Injectable()
export class MetaFiguresPuller implements BeforeApplicationShutdown {
  private readonly log = new Logger(MetaFiguresPuller.name);
  private isStopping = false;

  constructor(
    private readonly pulls: MetaPullsRepository,
    private readonly series: MetaSeriesRepository,
    private readonly figures: MetaFiguresRepository,
    private readonly tokens: MetaTokenService,
    private readonly api: MetaFiguresApi,
    private readonly usage: GraphUsage,
  ) {}

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  /** For jobs: does nothing when it is not due, or somebody else is at it. */
  async pull(accountId: AccountId, assetId: AssetId): Promise<void> {
    const pull = await this.pulls.claim(accountId, assetId);
    if (pull === null) return;
    const endAt = Date.now() + LONGEST_PULL_MS;
    const mayGoOn = (): boolean =>
      !this.isStopping && Date.now() < endAt && !this.usage.shouldSlowDown(pull.wabaId);
    let outcome: MetaPullOutcome = { nextPullAt: new Date(Date.now() + AFTER_FAULT_MS), problem: null };
    try {
      const problem = await this.work(pull, mayGoOn);
      outcome = { nextPullAt: await this.nextPullAt(pull, problem, mayGoOn), problem };
    } catch (error) {
      if (error instanceof PullTakenOverError) return;
      const problem = problemOf(error, pull.failures);
      if (problem === null) throw error;
      this.log.warn(`Figures of WhatsApp account ${pull.wabaId} were not read: ${problem.message}`);
      outcome = { nextPullAt: new Date(Date.now() + problem.waitMs), problem };
    } finally {
      await this.pulls.release(pull, outcome);
    }
  }

  /** @returns what keeps all of it from being read, if nothing could be; one kind that is refused costs no other */
  private async work(pull: ClaimedPull, mayGoOn: () => boolean): Promise<InsightProblem | null> {
    let readAny = false;
    let first: InsightProblem | null = null;
    for (const series of await this.series.wanted(pull)) {
      if (!mayGoOn()) break;
      if (series.retryAt !== null && series.retryAt > new Date()) continue;
      try {
        await this.tokens.withToken(pull.accountId, (token) => this.read(token, pull, series, mayGoOn));
        readAny = true;
      } catch (error) {
        const problem = problemOf(error, series.failures);
        // Without a working token, or at the limit, no other kind is answered either.
        if (problem === null || problem.code === 'token' || problem.code === 'limited') throw error;
        first ??= problem;
        this.log.warn(`Meta's ${series.kind} figures of ${pull.wabaId} were not read: ${problem.message}`);
        const waitMs = problem.code === 'unavailable' ? problem.waitMs : REFUSED_MS;
        await this.series.recordRefusal(pull, series, 'refused', problem.message, waitMs);
      }
    }
    return readAny ? null : first;
  }

  /** May be run again from its beginning: what was read is stored by then. */
  private async read(
    token: string,
    pull: ClaimedPull,
    series: MetaSeries,
    mayGoOn: () => boolean,
  ): Promise<void> {
    let current = series;
    for (let stretch = 0; stretch < MOST_STRETCHES && mayGoOn(); stretch++) {
      const now = new Date();
      if (!isMetaWindowDue(current, now)) break;
      const window = recentMetaWindow(current, now);
      if (series.kind === 'template') return this.readTemplates(token, pull, series, window, mayGoOn);
      await this.readWindow(token, pull, current, window);
      current = { ...current, ...coveredBy(current, window), readAt: now };
    }
    for (let stretch = 0; stretch < MOST_STRETCHES && mayGoOn(); stretch++) {
      const window = current.isPastOver ? null : olderMetaWindow(current, new Date());
      if (window === null) return;
      try {
        await this.readWindow(token, pull, current, window);
      } catch (error) {
        // How long Meta keeps figures is not sure: where it refuses, there is no more.
        if (!(error instanceof GraphRejectedError) || error instanceof GraphConfigurationError) throw error;
        this.log.log(`There are no older ${series.kind} figures of ${pull.wabaId}: ${error.message}`);
        await this.series.endPast(pull, series);
        return;
      }
      current = { ...current, ...coveredBy(current, window) };
    }
  }

  private async readWindow(
    token: string,
    pull: ClaimedPull,
    series: MetaSeries,
    window: MetaWindow,
  ): Promise<void> {
    let points: MetaPoint[];
    try {
      points = await this.ask(token, pull, series, window);
    } catch (error) {
      const middle = middleOf(window);
      if (middle === null || !isTooMuch(error)) throw error;
      // The newer half first for the past, the older half first for what is new: nothing is left out between.
      const halves = [
        { from: window.from, until: middle },
        { from: middle, until: window.until },
      ];
      const isPast = series.coveredFrom !== null && window.from < series.coveredFrom;
      for (const half of isPast ? halves.reverse() : halves) await this.readWindow(token, pull, series, half);
      return;
    }
    await this.figures.store(pull, { series, window }, points, { covered: window });
  }

  private async ask(
    token: string,
    { wabaId }: ClaimedPull,
    { kind, part }: MetaSeries,
    window: MetaWindow,
  ): Promise<MetaPoint[]> {
    switch (kind) {
      case 'analytics':
        return this.api.messages(token, wabaId, part, window);
      case 'pricing':
        return withFewer(PRICING_DIMENSIONS, (dimensions) =>
          this.api.prices(token, wabaId, dimensions, window),
        );
      case 'conversation':
        return withFewer(CONVERSATION_DIMENSIONS, (dimensions) =>
          this.api.conversations(token, wabaId, dimensions, window),
        );
      case 'template':
        throw new Error('Figures of templates are read by template.');
    }
  }

  /** All templates, some at once. A round that is broken off is gone on with by the next pull. */
  private async readTemplates(
    token: string,
    pull: ClaimedPull,
    series: MetaSeries,
    recent: MetaWindow,
    mayGoOn: () => boolean,
  ): Promise<void> {
    const ids = await this.series.templateIds(pull, firstDay('template', new Date()), series.cursor);
    const until = series.cursorUntil ?? recent.until;
    const covered = { from: recent.from, until };
    if (ids.length === 0) {
      await this.figures.store(pull, { series, window: covered, templateIds: [] }, [], { covered });
      return;
    }
    for (let index = 0; index < ids.length; index += TEMPLATES_AT_ONCE) {
      if (!mayGoOn()) return;
      const templateIds = ids.slice(index, index + TEMPLATES_AT_ONCE);
      const points = await this.api.ofTemplates(token, pull.wabaId, templateIds, recent);
      if (points === null) {
        await this.series.recordRefusal(
          pull,
          series,
          'disabled',
          'Template insights are not switched on for this WhatsApp Business Account.',
          DISABLED_MS,
        );
        return;
      }
      const isLast = index + TEMPLATES_AT_ONCE >= ids.length;
      await this.figures.store(
        pull,
        { series, window: recent, templateIds },
        points,
        isLast ? { covered } : { cursor: templateIds.at(-1) ?? '', until },
      );
    }
  }

  private async nextPullAt(
    pull: ClaimedPull,
    problem: InsightProblem | null,
    mayGoOn: () => boolean,
  ): Promise<Date> {
    const now = Date.now();
    if (problem !== null) return new Date(now + problem.waitMs);
    if (this.usage.shouldSlowDown(pull.wabaId)) return new Date(now + PAUSE_AT_LIMIT_MS);
    if (!mayGoOn()) return new Date(now + GO_ON_AFTER_MS);
    const all = await this.series.wanted(pull);
    if (all.some((series) => isUnfinished(series, new Date(now)))) return new Date(now + GO_ON_AFTER_MS);
    const retries = all.flatMap(({ retryAt }) => (retryAt === null ? [] : [retryAt.getTime()]));
    // Not all at the same minute for ever, as they would be that were connected at the same one.
    const usual = now + PULL_EVERY_MS * (1 + Math.random() * 0.1);
    return new Date(Math.max(now + GO_ON_AFTER_MS, Math.min(usual, ...retries)));
  }
}

function isUnfinished(series: MetaSeries, now: Date): boolean {
  if (series.retryAt !== null && series.retryAt > now) return false;
  if (isMetaWindowDue(series, now)) return true;
  return !series.isPastOver && olderMetaWindow(series, now) !== null;
}

function coveredBy(
  { coveredFrom, coveredUntil }: MetaSeries,
  { from, until }: MetaWindow,
): Pick<MetaSeries, 'coveredFrom' | 'coveredUntil'> {
  const hasGap = coveredUntil !== null && coveredUntil < from;
  return {
    coveredFrom: coveredFrom === null || hasGap || from < coveredFrom ? from : coveredFrom,
    coveredUntil: coveredUntil === null || until > coveredUntil ? until : coveredUntil,
  };
}

/** Meta refuses some combinations by account: fewer dimensions are better than no figures. */
async function withFewer<T>(
  ladder: readonly Dimensions[],
  ask: (dimensions: Dimensions) => Promise<T>,
): Promise<T> {
  let refusal: unknown = null;
  for (const dimensions of ladder) {
    try {
      return await ask(dimensions);
    } catch (error) {
      if (!(error instanceof GraphRejectedError) || error.meta?.code !== INVALID_PARAMETER) throw error;
      refusal ??= error;
    }
  }
  throw refusal instanceof Error ? refusal : new Error('No dimensions to ask for.');
}

const INVALID_PARAMETER = 100;

function isTooMuch(error: unknown): boolean {
  if (error instanceof GraphUnreadableAnswerError) return error.httpStatus === 200;
  return error instanceof Error && /reduce the amount of data/i.test(error.message);
}

/** null: too narrow for two. On a full day, so that no day is told in two parts. */
function middleOf({ from, until }: MetaWindow): Date | null {
  const length = until.getTime() - from.getTime();
  if (length < 2 * NARROWEST_MS) return null;
  return new Date(from.getTime() + Math.floor(length / 2 / DAY_MS) * DAY_MS);
}
