import type { EntityManager } from 'typeorm';
import { newId } from '../database/ids';
import { DeliveryClaims } from './delivery-claims';

const MB = 1024 * 1024;

/** A transaction that finds these bodies due, and gives the large ones when they are asked for by id. */
function aTransaction(sizes: readonly number[]): { tx: EntityManager; asked: () => number } {
  let asked = 0;
  const rows = sizes.map((bytes) => ({
    id: newId(),
    received_at: new Date(),
    bytes,
    body: bytes <= 32 * 1024 ? Buffer.alloc(bytes) : null,
  }));
  const query = (_sql: string, parameters: unknown[]): Promise<unknown[]> => {
    const [ids] = parameters;
    if (!Array.isArray(ids)) return Promise.resolve(rows);
    asked += ids.length;
    const found = rows.filter(({ id }) => ids.includes(id));
    return Promise.resolve(found.map(({ id, bytes }) => ({ id, body: Buffer.alloc(bytes) })));
  };
  return { tx: { query } as unknown as EntityManager, asked: () => asked };
}

describe('claiming deliveries', () => {
  it('takes large bodies only as far as they fit into memory together, the others with the next batch', async () => {
    const { tx, asked } = aTransaction([100, 3 * MB, 200, 3 * MB, 3 * MB, 3 * MB]);
    const { deliveries, isMore } = await new DeliveryClaims().fresh(tx, 'message', 500);
    expect(isMore).toBe(true);
    expect(deliveries.map(({ body }) => body.length)).toEqual([100, 3 * MB, 200, 3 * MB]);
    expect(asked()).toBe(2);
  });

  it('takes one however large, or it would wait for ever', async () => {
    const { tx } = aTransaction([9 * MB, 9 * MB]);
    expect((await new DeliveryClaims().fresh(tx, 'message', 500)).deliveries).toHaveLength(1);
  });

  it('tells whether there may be more, so that nobody has to look to find nothing', async () => {
    const { tx } = aTransaction([100, 200]);
    expect((await new DeliveryClaims().fresh(tx, 'message', 2)).isMore).toBe(true);
    expect((await new DeliveryClaims().fresh(tx, 'message', 3)).isMore).toBe(false);
  });
});
