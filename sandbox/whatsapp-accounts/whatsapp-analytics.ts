import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter } from '../graph/graph-error';
import type { EdgeReader, FieldReader, ReadContext } from '../graph/graph-nodes';
import { numberOf, textListOf, textOf, type JsonObject, type JsonValue } from '../json';
import type { SentMessage } from '../messages/message-log';
import { listPage } from '../graph/paging';
import { DAY_MS } from '../login/tokens';
import type { WabaRecord } from '../world';

const HALF_HOUR = 1800;
const DAY = 86_400;
const YEAR_MS = 365 * DAY_MS;
const TEMPLATE_LOOKBACK_MS = 90 * DAY_MS;
/** What every billed message costs here, so that sums can be checked. */
const PRICE = 0.01;

type Args = ReadContext['args'];
type Step = 'HALF_HOUR' | 'DAY' | 'MONTH';

interface Span {
  start: number;
  end: number;
}

/** `analytics`, `conversation_analytics` and `pricing_analytics` of the account node, from what was really sent. */
export function analyticsFields(context: SandboxContext): Record<string, FieldReader<WabaRecord>> {
  return {
    analytics: (waba, { args }) => messageAnalytics(context, waba, args),
    conversation_analytics: (waba, { args }) => ({
      data: [{ data_points: conversationPoints(context, waba, args) }],
    }),
    pricing_analytics: (waba, { args }) => ({ data: [{ data_points: pricingPoints(context, waba, args) }] }),
  };
}

function spanOf(context: SandboxContext, args: Args, lookbackMs: number): Span {
  const start = numberOf(args.start);
  const end = numberOf(args.end);
  if (start === undefined) throw missingParameter('start');
  if (end === undefined) throw missingParameter('end');
  if (start >= end) throw invalidParameter('The start must be before the end.');
  if (start * 1000 < context.clock.now() - lookbackMs)
    throw invalidParameter('The start is longer ago than the data are kept.');
  return { start, end };
}

function stepOf(args: Args, names: Readonly<Record<string, Step>>): { step: Step; name: string } {
  const name = args.granularity;
  if (name === undefined) throw missingParameter('granularity');
  const step = names[name];
  if (!step) throw invalidParameter(`Param granularity must be one of {${Object.keys(names).join(', ')}}`);
  return { step, name };
}

/** The slice of one granularity that an instant lies in, in UTC; undefined outside of the span. */
function sliceOf(at: number | undefined, span: Span, step: Step): Span | undefined {
  if (at === undefined || at < span.start || at >= span.end) return undefined;
  const start = floorTo(at, step);
  return { start, end: nextAfter(start, step) };
}

function floorTo(seconds: number, step: Step): number {
  if (step !== 'MONTH') {
    const length = step === 'DAY' ? DAY : HALF_HOUR;
    return Math.floor(seconds / length) * length;
  }
  const date = new Date(seconds * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000;
}

function nextAfter(seconds: number, step: Step): number {
  if (step !== 'MONTH') return seconds + (step === 'DAY' ? DAY : HALF_HOUR);
  const date = new Date(seconds * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000;
}

/** When a message got a status, in Unix seconds; undefined also while it is not counted yet. */
function toldAt(
  { clock, settings }: SandboxContext,
  message: SentMessage,
  status: string,
): number | undefined {
  const at = message.toldAt?.[message.statuses.indexOf(status)];
  if (at === undefined || at > clock.now() - settings.analytics.lagMs) return undefined;
  return Math.floor(at / 1000);
}

/** What is left of a count after a correction. */
function corrected({ settings }: SandboxContext, count: number): number {
  return Math.max(0, count - settings.analytics.takenBack);
}

function countryOf(message: SentMessage): string {
  return message.userId.slice(0, 2);
}

function ofAccount(context: SandboxContext, waba: WabaRecord, args: Args): SentMessage[] {
  const digits = new Map(
    context.world.phonesOf(waba.id).map((phone) => [phone.id, phone.displayPhoneNumber.replace(/\D/g, '')]),
  );
  const phones = textListOf(args.phone_numbers).map((number) => number.replace(/\D/g, ''));
  const countries = textListOf(args.country_codes);
  return context.messages.sent.filter(
    (message) =>
      message.wabaId === waba.id &&
      (phones.length === 0 || phones.includes(digits.get(message.phoneNumberId) ?? '')) &&
      (countries.length === 0 || countries.includes(countryOf(message))),
  );
}

function messageAnalytics(context: SandboxContext, waba: WabaRecord, args: Args): JsonObject {
  const span = spanOf(context, args, YEAR_MS);
  const { step, name } = stepOf(args, { HALF_HOUR: 'HALF_HOUR', DAY: 'DAY', MONTH: 'MONTH' });
  const products = textListOf(args.product_types);
  const messages = ofAccount(context, waba, args).filter(
    ({ type }) => products.length === 0 || products.includes(type === 'template' ? '0' : '2'),
  );
  const points = new Map<number, Span & Record<'sent' | 'delivered', number>>();
  for (const message of messages) {
    for (const status of ['sent', 'delivered'] as const) {
      const slice = sliceOf(toldAt(context, message, status), span, step);
      if (!slice) continue;
      const point = points.get(slice.start) ?? { ...slice, sent: 0, delivered: 0 };
      point[status]++;
      points.set(slice.start, point);
    }
  }
  return {
    phone_numbers: context.world
      .phonesOf(waba.id)
      .map(({ displayPhoneNumber }) => displayPhoneNumber.replace(/\D/g, '')),
    country_codes: [...new Set(messages.map(countryOf))],
    granularity: name,
    data_points: [...points.values()]
      .sort((a, b) => a.start - b.start)
      .map((point) => ({
        ...point,
        sent: corrected(context, point.sent),
        delivered: corrected(context, point.delivered),
      })),
  };
}

const DAILY_STEPS = { HALF_HOUR: 'HALF_HOUR', DAILY: 'DAY', MONTHLY: 'MONTH' } as const;

/** Points that have the same dimensions are one. */
function grouped(
  context: SandboxContext,
  waba: WabaRecord,
  args: Args,
  view: (message: SentMessage) => JsonObject,
  finish: (count: number, message: SentMessage) => JsonObject,
): JsonObject[] {
  const span = spanOf(context, args, YEAR_MS);
  const { step } = stepOf(args, DAILY_STEPS);
  const groups = new Map<string, { slice: Span; view: JsonObject; first: SentMessage; count: number }>();
  for (const message of ofAccount(context, waba, args)) {
    if (!message.billing) continue;
    const slice = sliceOf(
      toldAt(context, message, 'delivered') ?? toldAt(context, message, 'read'),
      span,
      step,
    );
    if (!slice) continue;
    const own = view(message);
    const key = `${slice.start} ${message.billing.type} ${JSON.stringify(own)}`;
    const group = groups.get(key) ?? { slice, view: own, first: message, count: 0 };
    group.count++;
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({
    ...group.slice,
    ...group.view,
    ...finish(corrected(context, group.count), group.first),
  }));
}

const PRICING_DIMENSIONS = ['COUNTRY', 'PHONE', 'PRICING_CATEGORY', 'PRICING_TYPE', 'TIER'];
const CONVERSATION_DIMENSIONS = [
  'CONVERSATION_CATEGORY',
  'CONVERSATION_DIRECTION',
  'CONVERSATION_TYPE',
  'COUNTRY',
  'PHONE',
];

function dimensionsOf({ settings }: SandboxContext, args: Args, known: readonly string[]): string[] {
  const dimensions = textListOf(args.dimensions).map((name) => name.toUpperCase());
  if (dimensions.some((name) => !known.includes(name)))
    throw invalidParameter(`Param dimensions must be one of {${known.join(', ')}}`);
  if (dimensions.some((name) => settings.analytics.refusedDimensions.includes(name)))
    throw invalidParameter('This combination of dimensions is not supported.');
  return dimensions;
}

function phoneOf({ world }: SandboxContext, message: SentMessage): string {
  return world.findKind('phone', message.phoneNumberId)?.displayPhoneNumber.replace(/\D/g, '') ?? '';
}

function upper(text: string | undefined): string {
  return (text ?? 'service').toUpperCase();
}

function costOf(message: SentMessage, count: number): number {
  return message.billing?.type === 'regular' ? Math.round(count * PRICE * 10_000) / 10_000 : 0;
}

function wants(args: Args, metric: string): boolean {
  const metrics = textListOf(args.metric_types).map((name) => name.toUpperCase());
  return metrics.length === 0 || metrics.includes(metric);
}

function conversationPoints(context: SandboxContext, waba: WabaRecord, args: Args): JsonObject[] {
  const dimensions = dimensionsOf(context, args, CONVERSATION_DIMENSIONS);
  const view = (message: SentMessage): JsonObject => ({
    ...(dimensions.includes('PHONE') && { phone_number: phoneOf(context, message) }),
    ...(dimensions.includes('COUNTRY') && { country: countryOf(message) }),
    ...(dimensions.includes('CONVERSATION_TYPE') && {
      conversation_type: upper(message.billing?.type === 'regular' ? 'regular' : 'free_tier'),
    }),
    ...(dimensions.includes('CONVERSATION_DIRECTION') && {
      conversation_direction: message.type === 'template' ? 'BUSINESS_INITIATED' : 'USER_INITIATED',
    }),
    ...(dimensions.includes('CONVERSATION_CATEGORY') && {
      conversation_category: upper(message.billing?.category),
    }),
  });
  return grouped(context, waba, args, view, (count, message) => ({
    ...(wants(args, 'CONVERSATION') && { conversation: count }),
    ...(wants(args, 'COST') && !context.settings.analytics.hidesCost && { cost: costOf(message, count) }),
  }));
}

function pricingPoints(context: SandboxContext, waba: WabaRecord, args: Args): JsonObject[] {
  const dimensions = dimensionsOf(context, args, PRICING_DIMENSIONS);
  const view = (message: SentMessage): JsonObject => ({
    ...(dimensions.includes('COUNTRY') && { country: countryOf(message) }),
    ...(dimensions.includes('PHONE') && { phone_number: phoneOf(context, message) }),
    ...(dimensions.includes('TIER') && message.billing?.type === 'regular' && { tier: '0:MAX' }),
    ...(dimensions.includes('PRICING_TYPE') && { pricing_type: upper(message.billing?.type) }),
    ...(dimensions.includes('PRICING_CATEGORY') && { pricing_category: upper(message.billing?.category) }),
  });
  return grouped(context, waba, args, view, (count, message) => ({
    ...(wants(args, 'VOLUME') && { volume: count }),
    ...(wants(args, 'COST') && !context.settings.analytics.hidesCost && { cost: costOf(message, count) }),
  }));
}

/** By template and day; only for accounts that have switched it on. */
export function templateAnalytics(context: SandboxContext): EdgeReader<WabaRecord> {
  return (waba, read) => {
    const { args } = read;
    if (!waba.isEnabledForInsights) {
      throw new GraphError(
        200007,
        '(#200007) Template Insights is not enabled for this WhatsApp Business account',
      );
    }
    const span = spanOf(context, args, TEMPLATE_LOOKBACK_MS);
    stepOf(args, { DAILY: 'DAY' });
    const ids = textListOf(args.template_ids);
    if (ids.length === 0) throw missingParameter('template_ids');
    if (ids.length > 10) throw invalidParameter('Param template_ids must have at most 10 elements.');
    const points = templatePoints(context, waba, ids, span, args);
    return listPage(points, read, {
      path: `/${waba.id}/template_analytics`,
      keyOf: (point) => `${textOf(point.template_id) ?? ''} ${textOf(point.start) ?? ''}`,
      render: (point): JsonValue => ({
        granularity: 'DAILY',
        product_type: 'cloud_api',
        data_points: [point],
      }),
    });
  };
}

function templatePoints(
  context: SandboxContext,
  waba: WabaRecord,
  ids: readonly string[],
  span: Span,
  args: Args,
): JsonObject[] {
  const counted = new Map<
    string,
    { id: string; slice: Span } & Record<'sent' | 'delivered' | 'read', number>
  >();
  for (const message of context.messages.sent) {
    const { templateId: id, wabaId } = message;
    if (id === undefined || wabaId !== waba.id || !ids.includes(id)) continue;
    for (const status of ['sent', 'delivered', 'read'] as const) {
      const slice = sliceOf(toldAt(context, message, status), span, 'DAY');
      if (!slice) continue;
      const key = `${slice.start} ${id}`;
      const point = counted.get(key) ?? { id, slice, sent: 0, delivered: 0, read: 0 };
      point[status]++;
      counted.set(key, point);
    }
  }
  return [...counted.values()].map(({ id, slice, ...counts }) => {
    const sent = corrected(context, counts.sent);
    const delivered = corrected(context, counts.delivered);
    const read = corrected(context, counts.read);
    return {
      template_id: id,
      ...slice,
      ...(wants(args, 'SENT') && { sent }),
      ...(wants(args, 'DELIVERED') && { delivered }),
      ...(wants(args, 'READ') && { read }),
      ...(wants(args, 'CLICKED') && { clicked: [] }),
      ...(wants(args, 'COST') &&
        !context.settings.analytics.hidesCost && {
          cost: [
            { type: 'amount_spent', value: Math.round(delivered * PRICE * 10_000) / 10_000 },
            { type: 'cost_per_delivered', value: delivered === 0 ? 0 : PRICE },
          ],
        }),
    };
  });
}
