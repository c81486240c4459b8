import { NO_COUNTS } from '../rollups/rollup-counts';
import { FUNNEL_COLUMNS, funnelCells, funnelOf } from './funnel-figures';
import { comparisonOf } from './template-funnels.service';

const counts = {
  ...NO_COUNTS,
  sent: 100,
  // In the range itself: of messages sent before, too.
  delivered: 400,
  read: 300,
  sent_delivered: 80,
  sent_read: 40,
  sent_clicked: 20,
  sent_replied: 30,
  sent_failed: 15,
  unsent_failed: 10,
  sent_billable: 70,
};

it('is about the messages that were sent in the range, whenever the rest happened', () => {
  expect(funnelOf(counts)).toEqual({
    sent: 100,
    delivered: 80,
    read: 40,
    clicked: 20,
    replied: 30,
    failed: 25,
    billable: 70,
    deliveryRate: 0.8,
    readRate: 0.5,
    clickRate: 0.25,
    replyRate: 0.375,
    failureRate: 25 / 110,
  });
});

it('has no share of nothing', () => {
  expect(funnelOf(NO_COUNTS)).toMatchObject({
    sent: 0,
    deliveryRate: null,
    readRate: null,
    clickRate: null,
    replyRate: null,
    failureRate: null,
  });
});

it('has a cell for each column', () => {
  const cells = funnelCells(funnelOf(counts));
  expect(cells).toHaveLength(FUNNEL_COLUMNS.length);
  const byKey = Object.fromEntries(FUNNEL_COLUMNS.map(({ key }, index) => [key, cells[index]]));
  expect(byKey).toEqual(funnelOf(counts));
});

describe('Meta’s own figures', () => {
  const meta = {
    name: 'order_left',
    language: 'de',
    sent: 98,
    delivered: 81,
    read: null,
    clicks: 44,
    clicked: [],
    cost: null,
    currency: null,
    firstDayAt: new Date('2026-03-01T00:00:00Z'),
    lastDayEndsAt: new Date('2026-03-02T00:00:00Z'),
  };

  it('stand beside ours with the difference, which is not known where Meta told nothing', () => {
    expect(comparisonOf(funnelOf(counts), meta)).toMatchObject({
      sent: 98,
      clicks: 44,
      difference: { sent: -2, delivered: 1, read: null },
    });
    expect(comparisonOf(funnelOf(counts), undefined)).toBeNull();
  });
});
