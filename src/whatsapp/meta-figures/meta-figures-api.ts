import { Injectable } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { TemplateInsightsApi } from '../templates/template-insights-api';
import { type MetaPoint, type MetaWindow, NO_POINT } from './meta-figure';
import { pointsOf } from './meta-figure-answer';

/** Nobody waits, and a month of half hours takes Meta a while. */
const TIMEOUT_MS = 30_000;

/** What points of a price or a conversation are told apart by; where Meta refuses the first list, the next one is asked for. */
export const PRICING_DIMENSIONS = [
  ['COUNTRY', 'PHONE', 'PRICING_CATEGORY', 'PRICING_TYPE', 'TIER'],
  ['COUNTRY', 'PHONE', 'PRICING_CATEGORY', 'PRICING_TYPE'],
  ['PRICING_CATEGORY', 'PRICING_TYPE'],
] as const;
export const CONVERSATION_DIMENSIONS = [
  ['CONVERSATION_CATEGORY', 'CONVERSATION_TYPE', 'CONVERSATION_DIRECTION', 'COUNTRY', 'PHONE'],
  ['CONVERSATION_CATEGORY', 'CONVERSATION_TYPE'],
] as const;
export type Dimensions = readonly string[];

/** Asks Meta for its figures of a WhatsApp Business Account. */
@Injectable()
export class MetaFiguresApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly templates: TemplateInsightsApi,
  ) {}

  /**
   * Messages sent and delivered by half hour, of one number: points do not name theirs. Without what customers wrote.
   * @param phoneNumber digits only
   */
  async messages(
    token: string,
    wabaId: string,
    phoneNumber: string,
    window: MetaWindow,
  ): Promise<MetaPoint[]> {
    const points = await this.field(token, wabaId, 'analytics', window, [
      `phone_numbers(${JSON.stringify([phoneNumber])})`,
      'product_types([0,2])',
    ]);
    return points.map((point) => ({ ...point, phoneNumber, country: '' }));
  }

  /** Messages that have a price, and what was charged, by half hour. */
  async prices(
    token: string,
    wabaId: string,
    dimensions: Dimensions,
    window: MetaWindow,
  ): Promise<MetaPoint[]> {
    return this.field(token, wabaId, 'pricing_analytics', window, [
      'metric_types(["COST","VOLUME"])',
      `dimensions(${JSON.stringify(dimensions)})`,
    ]);
  }

  /** Conversations of 24 hours, which were charged until July 2025 and are still counted, by half hour. */
  async conversations(
    token: string,
    wabaId: string,
    dimensions: Dimensions,
    window: MetaWindow,
  ): Promise<MetaPoint[]> {
    return this.field(token, wabaId, 'conversation_analytics', window, [
      'metric_types(["COST","CONVERSATION"])',
      `dimensions(${JSON.stringify(dimensions)})`,
    ]);
  }

  /**
   * By Meta's days, of at most 10 templates.
   * @returns null while the business has not switched template insights on
   */
  async ofTemplates(
    token: string,
    wabaId: string,
    templateIds: readonly string[],
    { from, until }: MetaWindow,
  ): Promise<MetaPoint[] | null> {
    const days = await this.templates.days(token, wabaId, { templateIds, start: from, end: until });
    return (
      days?.map((day) => ({
        ...NO_POINT,
        startAt: day.start,
        endAt: day.end,
        templateId: day.templateId,
        sent: day.sent,
        delivered: day.delivered,
        read: day.read,
        // An empty list is also what Meta answers where it does not count clicks.
        clicked: day.clicked.length === 0 ? null : day.clicked,
        cost: day.cost.find(({ type }) => type === 'amount_spent')?.value ?? null,
      })) ?? null
    );
  }

  private async field(
    token: string,
    wabaId: string,
    field: string,
    { from, until }: MetaWindow,
    parameters: readonly string[],
  ): Promise<MetaPoint[]> {
    const all = [
      `start(${secondsOf(from)})`,
      `end(${secondsOf(until)})`,
      'granularity(HALF_HOUR)',
      ...parameters,
    ];
    const answer = await this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(wabaId)}`,
      token,
      query: { fields: [field, ...all].join('.') },
      timeoutMs: TIMEOUT_MS,
    });
    return pointsOf(answer, field);
  }
}

function secondsOf(instant: Date): number {
  return Math.floor(instant.getTime() / 1_000);
}
