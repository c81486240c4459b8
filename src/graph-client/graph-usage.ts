import { Injectable } from '@nestjs/common';

/** How much of one of Meta's limits is used up, as its headers told last. */
export interface GraphUsageReading {
  /** The fullest of its counters, in percent; calls fail from 100. */
  percent: number;
  /** How long until calls are accepted again, in milliseconds; 0 while they are. */
  regainAccessMs: number;
  readAt: Date;
}

/** Answer headers with lower-case names, as Node gives them. */
export type GraphHeaders = Readonly<Record<string, string | undefined>>;

/** The key that `X-App-Usage` of graph.facebook.com is kept under; objects are kept under their own id. */
export const APP_USAGE_KEY = 'app';

const SLOW_DOWN_FROM_PERCENT = 80;
const MAX_OBJECTS_PER_HEADER = 32;
const MAX_KEYS = 10_000;
/** Meta's windows slide over an hour; a reading older than this says little, and must not brake for ever. */
const READING_LIVES_MS = 10 * 60_000;
const MINUTE_MS = 60_000;

/**
 * Remembers Meta's usage headers per process. Background work asks `shouldSlowDown` before each call, so that what is
 * left of a limit stays for people at a screen.
 */
@Injectable()
export class GraphUsage {
  private readonly readings = new Map<string, GraphUsageReading>();

  /**
   * @param pathObjectId the object that the call was about; `X-Page-Usage` does not name it
   * @param appKey another key for the app's own usage, where the call went to another host
   */
  record(headers: GraphHeaders, pathObjectId: string | null, appKey: string = APP_USAGE_KEY): void {
    for (const [key, percent, regainAccessMs] of readUsageHeaders(headers, pathObjectId, appKey)) {
      this.readings.delete(key); // so that the map stays in order of age
      this.readings.set(key, { percent, regainAccessMs, readAt: new Date() });
    }
    for (const oldest of this.readings.keys()) {
      if (this.readings.size <= MAX_KEYS) break;
      this.readings.delete(oldest);
    }
  }

  /** @param key id of a WABA, page, Instagram account or phone number, or `APP_USAGE_KEY` */
  usageOf(key: string): GraphUsageReading | null {
    const reading = this.readings.get(key);
    if (reading === undefined) return null;
    const age = Date.now() - reading.readAt.getTime();
    return age > Math.max(READING_LIVES_MS, reading.regainAccessMs) ? null : reading;
  }

  /** For metrics: how full the fullest limit is, of the app and of single objects; null where Meta told nothing of late. */
  fullest(): { app: number | null; object: number | null } {
    let object: number | null = null;
    for (const key of this.readings.keys()) {
      if (key === APP_USAGE_KEY || key.startsWith(`${APP_USAGE_KEY}:`)) continue;
      const reading = this.usageOf(key);
      if (reading !== null) object = Math.max(object ?? 0, reading.percent);
    }
    return { app: this.usageOf(APP_USAGE_KEY)?.percent ?? null, object };
  }

  /** True from 80 % of the limit of this object, or of the whole app. */
  shouldSlowDown(key: string = APP_USAGE_KEY): boolean {
    return [key, APP_USAGE_KEY].some((each) => (this.usageOf(each)?.percent ?? 0) >= SLOW_DOWN_FROM_PERCENT);
  }
}

/** Meta's own estimate of when a limit ends, for the object that the call was about or else the longest named; 0: none. */
export function regainAccessMs(headers: GraphHeaders, pathObjectId: string | null): number {
  const readings = readUsageHeaders(headers, pathObjectId, APP_USAGE_KEY);
  const own = readings.filter(([key]) => key === pathObjectId);
  return Math.max(0, ...(own.length > 0 ? own : readings).map(([, , ms]) => ms));
}

type Reading = readonly [key: string, percent: number, regainAccessMs: number];

function readUsageHeaders(headers: GraphHeaders, pathObjectId: string | null, appKey: string): Reading[] {
  const readings: Reading[] = [];
  const app = parseObject(headerOf(headers, 'x-app-usage'));
  if (app !== null) readings.push([appKey, fullest(app), 0]);
  const page = parseObject(headerOf(headers, 'x-page-usage'));
  if (page !== null && pathObjectId !== null) readings.push([pathObjectId, fullest(page), 0]);
  const business = parseObject(headerOf(headers, 'x-business-use-case-usage')) ?? {};
  for (const [key, entries] of Object.entries(business).slice(0, MAX_OBJECTS_PER_HEADER)) {
    // One object has an entry per use case; whichever is fullest decides.
    const objects = (Array.isArray(entries) ? entries : [entries]).filter(isObject);
    if (objects.length === 0) continue;
    const minutes = Math.max(0, ...objects.map((entry) => numberOf(entry.estimated_time_to_regain_access)));
    readings.push([key, Math.max(...objects.map(fullest)), minutes * MINUTE_MS]);
  }
  return readings;
}

function headerOf(headers: GraphHeaders, name: string): string | undefined {
  return headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** A malformed header is no reason to fail the call it came with. */
function parseObject(text: string | undefined): Record<string, unknown> | null {
  if (text === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fullest(counters: Record<string, unknown>): number {
  return Math.max(
    numberOf(counters.call_count),
    numberOf(counters.total_time),
    numberOf(counters.total_cputime),
  );
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
