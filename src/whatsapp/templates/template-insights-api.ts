import { Injectable } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { GraphId } from '../../graph-client/graph-fields';
import { isRecord, textAt } from '../meta-values';

/** Meta's code while the business has not switched template insights on. */
const NOT_SWITCHED_ON = 200007;
/** Somebody waits. */
const READ_TIMEOUT_MS = 8_000;
const PAGE_SIZE = 100;

/** Read by hand: a point that cannot be read is left out, and the others are not lost with it. */
class AnalyticsItem {
  // `obj`, because class-transformer has already copied `value` without what it has no class for.
  @Transform(({ obj }: { obj: unknown }) => (isRecord(obj) ? obj.data_points : undefined))
  @IsOptional()
  data_points?: unknown;
}

class InsightsAnswer {
  @GraphId() id!: string;
}

/** What became of a template's messages on one day. */
export interface TemplateDay {
  templateId: string;
  start: Date;
  end: Date;
  sent: number;
  delivered: number;
  read: number;
  clicked: { type: string; button: string | null; count: number }[];
  /** In the currency of the account, by what it is the cost of; empty where somebody else pays. */
  cost: { type: string; value: number | null }[];
}

/** Two templates side by side. */
export interface ComparedTemplate {
  templateId: string;
  sent: number | null;
  topBlockReason: string | null;
  /** 1 for the one that people blocked the least after; null where Meta cannot tell. */
  blockRateRank: number | null;
}

/** Meta's figures about templates. */
@Injectable()
export class TemplateInsightsApi {
  constructor(private readonly graph: GraphClient) {}

  /**
   * By day, of at most 10 templates of one WABA; days without messages are left out.
   * @returns null when the business has not switched insights on
   */
  async days(
    token: string,
    wabaId: string,
    { templateIds, start, end }: { templateIds: readonly string[]; start: Date; end: Date },
  ): Promise<TemplateDay[] | null> {
    const days: TemplateDay[] = [];
    try {
      for await (const page of this.graph.pages({
        path: `/${encodeURIComponent(wabaId)}/template_analytics`,
        token,
        query: {
          start: secondsOf(start),
          end: secondsOf(end),
          granularity: 'DAILY',
          metric_types: JSON.stringify(['SENT', 'DELIVERED', 'READ', 'CLICKED', 'COST']),
          template_ids: JSON.stringify(templateIds),
        },
        item: AnalyticsItem,
        pageSize: PAGE_SIZE,
        timeoutMs: READ_TIMEOUT_MS,
      }))
        days.push(...page.flatMap(daysOf));
    } catch (error) {
      if (error instanceof GraphRejectedError && error.meta?.code === NOT_SWITCHED_ON) return null;
      throw error;
    }
    return days;
  }

  /** Once for ever: Meta does not take it back. */
  async switchOn(token: string, wabaId: string): Promise<void> {
    await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}`,
      token,
      query: { is_enabled_for_insights: true },
      response: InsightsAnswer,
      retry: 'safe',
    });
  }

  /** @param days 7, 30, 60 or 90; Meta takes no other */
  async compare(
    token: string,
    templateId: string,
    otherId: string,
    { start, end }: { start: Date; end: Date },
  ): Promise<ComparedTemplate[]> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(templateId)}/compare`,
      token,
      query: {
        template_ids: JSON.stringify([otherId]),
        start: secondsOf(start),
        end: secondsOf(end),
      },
      timeoutMs: READ_TIMEOUT_MS,
    });
    const metrics = listAt(answer, 'data');
    const of = (name: string): Record<string, unknown> | undefined =>
      metrics.find((metric) => textAt(metric, 'metric') === name);
    const order: unknown = of('BLOCK_RATE')?.order_by_relative_metric;
    const ranks = Array.isArray(order) ? order.map(String) : [];
    return [templateId, otherId].map((id) => {
      const sent = Number(textAt(entryOf(of('MESSAGE_SENDS'), 'number_values', id), 'value') ?? NaN);
      return {
        templateId: id,
        sent: Number.isFinite(sent) ? sent : null,
        topBlockReason: textAt(entryOf(of('TOP_BLOCK_REASON'), 'string_values', id), 'value') ?? null,
        blockRateRank: ranks.includes(id) ? ranks.indexOf(id) + 1 : null,
      };
    });
  }
}

function daysOf({ data_points: points }: AnalyticsItem): TemplateDay[] {
  return (Array.isArray(points) ? points : []).flatMap((point: unknown) => {
    const [templateId, start, end] = [
      textAt(point, 'template_id'),
      Number(textAt(point, 'start')),
      Number(textAt(point, 'end')),
    ];
    if (templateId === undefined || !Number.isFinite(start) || !Number.isFinite(end)) return [];
    return [
      {
        templateId,
        start: new Date(start * 1_000),
        end: new Date(end * 1_000),
        sent: countAt(point, 'sent'),
        delivered: countAt(point, 'delivered'),
        read: countAt(point, 'read'),
        clicked: listAt(point, 'clicked').map((click) => ({
          type: textAt(click, 'type') ?? 'unknown',
          button: textAt(click, 'button_content') ?? null,
          count: countAt(click, 'count'),
        })),
        cost: listAt(point, 'cost').map((cost) => {
          const value = Number(textAt(cost, 'value') ?? NaN);
          return { type: textAt(cost, 'type') ?? 'unknown', value: Number.isFinite(value) ? value : null };
        }),
      },
    ];
  });
}

function entryOf(metric: unknown, key: string, id: string): Record<string, unknown> | undefined {
  return listAt(metric, key).find((entry) => textAt(entry, 'key') === id);
}

function countAt(value: unknown, key: string): number {
  const count = Number(textAt(value, key) ?? 0);
  return Number.isFinite(count) ? count : 0;
}

function secondsOf(instant: Date): number {
  return Math.floor(instant.getTime() / 1_000);
}

function listAt(value: unknown, key: string): Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
