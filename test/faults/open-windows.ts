import { eventually } from '../eventually';
import type { Stage } from './stage';
import { query } from './tables';

/**
 * Customers write, so that they may be answered. A worker has to run.
 * @returns their numbers
 */
export async function openWindows(stage: Stage, customers: number): Promise<string[]> {
  const configured = await stage.client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields: { messages: true },
  });
  expect(configured.body.data).toMatchObject({ status: 'active' });
  const phones = Array.from({ length: customers }, (_, index) => `+1650${5_560_000 + index}`);
  for (const phone of phones) stage.control.playMessage({ from: { phone } });
  await eventually(
    () => query<{ count: number }>(stage.databaseUrl, 'SELECT count(*)::int AS count FROM messages'),
    ([row]) => row?.count === customers,
    { timeoutMs: 60_000 },
  );
  return phones;
}
