import type { JsonObject } from '../json';
import { TestClient } from '../test-client';
import { SEED } from '../world-seed';

const HOUR_MS = 3_600_000;

describe('figures of a WhatsApp account', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
    for (const to of ['+16505551234', '+16505551235'])
      await client.send({
        to,
        type: 'template',
        template: { name: 'hello_world', language: { code: 'en_US' } },
      });
    await client.control.advance(2_000);
  });
  afterEach(() => client.close());

  const asked = async (field: string, args: string): Promise<JsonObject> => {
    const now = Math.floor(client.control.now() / 1_000);
    const range = `.start(${now - 6 * 86_400}).end(${now + 86_400}).granularity(HALF_HOUR)`;
    return (await client.get(`/${SEED.wabaId}?fields=${field}${range}${args}`)).json;
  };
  const prices = async (dimensions = '["PRICING_CATEGORY","PRICING_TYPE"]'): Promise<JsonObject[]> => {
    const answer = await asked('pricing_analytics', `.dimensions(${dimensions})`);
    const { data } = answer.pricing_analytics as { data: { data_points: JsonObject[] }[] };
    return data[0]!.data_points;
  };

  it('come from what was really sent, by category and type', async () => {
    expect(await prices()).toMatchObject([
      { pricing_category: 'UTILITY', pricing_type: 'REGULAR', volume: 2, cost: 0.02 },
    ]);
  });

  it('come late', async () => {
    client.control.configure({ analytics: { lagMs: HOUR_MS } });
    expect(await prices()).toEqual([]);
    expect(await asked('analytics', '')).toMatchObject({ analytics: { data_points: [] } });
    await client.control.advance(HOUR_MS);
    client.token = client.control.issueToken().token;
    expect(await prices()).toMatchObject([{ volume: 2 }]);
    expect(await asked('analytics', '')).toMatchObject({ analytics: { data_points: [{ sent: 2 }] } });
  });

  it('are corrected', async () => {
    client.control.configure({ analytics: { takenBack: 1 } });
    expect(await prices()).toMatchObject([{ volume: 1, cost: 0.01 }]);
    expect(await asked('analytics', '')).toMatchObject({
      analytics: { data_points: [{ sent: 1, delivered: 1 }] },
    });
  });

  it('are without costs where a partner pays', async () => {
    client.control.configure({ analytics: { hidesCost: true } });
    const [point] = await prices();
    expect(point).toMatchObject({ volume: 2 });
    expect(point).not.toHaveProperty('cost');
  });

  it('refuse dimensions that do not exist, or not together', async () => {
    const refused = async (dimensions: string): Promise<JsonObject> =>
      asked('pricing_analytics', `.dimensions(${dimensions})`);
    expect(await refused('["NONSENSE"]')).toMatchObject({ error: { code: 100 } });
    client.control.configure({ analytics: { refusedDimensions: ['TIER'] } });
    expect(await refused('["TIER","COUNTRY"]')).toMatchObject({ error: { code: 100 } });
    expect(await prices('["COUNTRY"]')).toMatchObject([{ country: 'US', volume: 2 }]);
  });
});
