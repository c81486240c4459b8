import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import { analyticsRange } from '../../src/analytics/scope/analytics-range';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { messageStores } from '../factories/message-stores';
import { rollupReader } from '../factories/rollup-reader';
import { openMigratedDatabase } from '../migrated-database';

const QUARTER_MS = 15 * 60_000;
const FIRST = Date.UTC(2025, 10, 20);
/** About five months, with the turn of the year. */
const QUARTERS = 150 * 96;

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
let times: number[];
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  tenant = await aTenant(db);
  // Every 11th quarter, and the first and last ones of each month.
  const edges = [12, 13, 14, 15].flatMap((month) => [
    Date.UTC(2025, month - 1),
    Date.UTC(2025, month - 1) - 1_000,
  ]);
  times = [...Array.from({ length: QUARTERS / 11 }, (_, n) => FIRST + n * 11 * QUARTER_MS), ...edges];
  const { store } = messageStores(db);
  for (let from = 0; from < times.length; from += 500)
    await db.transaction((tx) =>
      store.storeArrived(
        tx,
        times.slice(from, from + 500).map((at) => anArrivedMessage(tenant, { at: new Date(at) })),
      ),
    );
  await new MetricsRebuild(db, new CaseCounting()).run({ accountId: tenant.accountId });
}, 180_000);
afterAll(() => close());

describe('totals, which are made of months, days and quarters of an hour', () => {
  it('are those of the messages, wherever a range begins and ends', async () => {
    const reader = rollupReader(db);
    // Also where months and days begin.
    const edge = fc.oneof(
      fc.nat(QUARTERS),
      fc.nat(QUARTERS / 96).map((day) => day * 96),
      fc.nat(3).map((month) => (Date.UTC(2025, 11 + month) - FIRST) / QUARTER_MS),
    );
    await fc.assert(
      fc.asyncProperty(edge, edge, async (one, other) => {
        const [from = 0, until = 0] = [one, other].sort((a, b) => a - b).map((n) => FIRST + n * QUARTER_MS);
        const scope = { accountId: tenant.accountId, platforms: ['whatsapp'] as const, assetIds: null };
        const { received } = await reader.total(
          { ...scope, from: new Date(from), until: new Date(until) },
          'account',
        );
        expect(received).toBe(times.filter((at) => at >= from && at < until).length);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});

describe('points, which are made of days of UTC and the hours between these and their own bounds', () => {
  const zones = [
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'America/St_Johns',
    'America/New_York',
    'Pacific/Kiritimati',
    'UTC',
  ];

  it('are those of the messages, in every zone', async () => {
    const reader = rollupReader(db);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...zones),
        fc.constantFrom('day' as const, 'week' as const, 'month' as const),
        fc.nat(100),
        fc.nat(60),
        fc.boolean(),
        async (timeZone, granularity, first, length, isNamed) => {
          const day = (n: number): string => new Date(FIRST + n * 86_400_000).toISOString().slice(0, 10);
          const { bounds, from, until } = analyticsRange(
            { startDate: day(first), endDate: day(first + length), granularity, timeZone },
            new Date('2027-01-01T00:00:00Z'),
          );
          const found = await reader.series(
            {
              accountId: tenant.accountId,
              platforms: ['whatsapp', 'messenger'],
              assetIds: isNamed ? [tenant.assetId] : null,
              from,
              until,
            },
            isNamed ? 'channel' : 'account',
            bounds,
            undefined,
            ['received'],
          );
          const expected = bounds.slice(1).map((end, n) => {
            const begin = bounds[n]?.getTime() ?? 0;
            return times.filter((at) => at >= begin && at < end.getTime()).length;
          });
          expect(bounds.slice(1).map((_, n) => found.get('')?.get(n)?.received ?? 0)).toEqual(expected);
          // Points where nothing happened are left out.
          expect([...(found.get('')?.values() ?? [])].every(({ received }) => received > 0)).toBe(true);
        },
      ),
      { numRuns: 120 },
    );
  }, 120_000);
});
