import { GraphCircuit } from '../../graph-client/graph-circuit';
import type { GraphClient } from '../../graph-client/graph-client';
import { GraphUsage } from '../../graph-client/graph-usage';
import { GraphMetrics } from './graph.metrics';
import { MetricsRegistry } from './metrics-registry';

describe('GraphMetrics', () => {
  it('has a bounded number of series, whatever paths and codes there are', async () => {
    const metrics = new MetricsRegistry();
    const graph = new GraphMetrics(metrics, {} as GraphClient, new GraphCircuit(), new GraphUsage());
    const word = (number: number): string =>
      number.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)));
    for (let calls = 0; calls < 3_000; calls += 1)
      graph.record({
        host: 'graph',
        method: 'GET',
        edge: `/{id}/${word(calls)}`,
        result: 'META_REJECTED',
        metaCode: calls,
        durationMs: 12,
      });
    const text = await metrics.render();
    const edges = new Set([...text.matchAll(/edge="([^"]+)"/g)].map(([, edge]) => edge));
    const codes = new Set([...text.matchAll(/meta_code="([^"]+)"/g)].map(([, code]) => code));
    expect(edges.size).toBe(151);
    expect(codes.size).toBe(101);
    expect([edges, codes].every((values) => values.has('other'))).toBe(true);
    expect(text).toMatch(/graph_call_duration_seconds_count\{.*edge="other",outcome="META_REJECTED"\} 2850/);
  });
});
