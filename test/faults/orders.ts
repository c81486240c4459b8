import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../api-client';
import { MESSAGES } from '../factories/messaging.factory';
import type { SeededRandom } from './seeded-random';

export interface OrderOptions {
  client: ApiClient;
  random: SeededRandom;
  /** Phone numbers whose window is open. */
  customers: readonly string[];
  count: number;
  perSecond: number;
}

const PAUSE_MS = 500;

/**
 * Orders messages as a frontend does: each under an Idempotency-Key of its own, again under the same one until the answer
 * is 202.
 * @returns our ids of them
 */
export async function orderMessages({
  client,
  random,
  customers,
  count,
  perSecond,
}: OrderOptions): Promise<string[]> {
  const begun = Date.now();
  const orders: Promise<string>[] = [];
  while (orders.length < count) {
    const number = orders.length + 1;
    const body = { to: random.pick(customers), type: 'text', text: { body: `Order ${number}` } };
    orders.push(order(client.with({ 'idempotency-key': randomUUID() }), body));
    await pause(Math.max(0, begun + (number / perSecond) * 1_000 - Date.now()));
  }
  return Promise.all(orders);
}

async function order(client: ApiClient, body: Record<string, unknown>): Promise<string> {
  for (;;) {
    const answer = await client.post<{ id: string }>(MESSAGES, body).catch(() => undefined);
    if (answer?.status === 202) return answer.body.data.id;
    if (answer !== undefined && answer.status !== 503) throw new Error(`Sending answered ${answer.text}`);
    await pause(PAUSE_MS);
  }
}
