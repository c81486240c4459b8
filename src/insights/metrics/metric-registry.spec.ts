import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  INSIGHT_METRICS,
  RETIRED_METRICS,
  explainRetirement,
  metricsFor,
  retirementOf,
} from './metric-registry';

const V26 = 'v26.0';
const namesFor = (scope: Parameters<typeof metricsFor>[0]): string[] =>
  metricsFor(scope).map(({ name }) => name);

describe('the registry of metrics', () => {
  it('has each name once for a kind, with all that asking takes', () => {
    const keys = INSIGHT_METRICS.map(({ kind, name }) => `${kind} ${name}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    for (const { name, description, periods, kind, asking, products } of INSIGHT_METRICS) {
      expect([name, description.endsWith('.'), periods.length > 0]).toEqual([name, true, true]);
      expect([name, asking === 'lifetime']).toEqual([name, periods.includes('lifetime')]);
      expect([name, products !== undefined]).toEqual([name, kind === 'ig_media']);
    }
  });

  it('asks for nothing that Meta has retired', () => {
    const retired = INSIGHT_METRICS.filter(
      ({ name, kind }) => retirementOf(name, { kind, graphVersion: V26 }) !== null,
    );
    expect(retired).toEqual([]);
  });

  it('replaces what is retired by what can be asked for', () => {
    for (const { kind, replacedBy } of RETIRED_METRICS)
      expect(namesFor({ kind, product: null, graphVersion: V26 })).toEqual(
        expect.arrayContaining([...replacedBy]),
      );
  });

  it('knows what became of a retired name, also of one of many with the same beginning', () => {
    const page = { kind: 'page', graphVersion: V26 } as const;
    const found = retirementOf('page_impressions_paid_unique', page);
    expect(found?.replacedBy).toEqual(['page_media_view']);
    expect(retirementOf('page_impressions_unique', page)?.replacedBy).toEqual([
      'page_total_media_view_unique',
    ]);
    expect(retirementOf('page_media_view', page)).toBeNull();
    expect(retirementOf('post_impressions', page)).toBeNull();
    expect(explainRetirement('page_impressions_paid_unique', found!)).toContain(
      'Ask for page_media_view instead',
    );
  });

  it('holds a name for retired from its day on, or from the version on that lacks it', () => {
    const media = { kind: 'ig_media', graphVersion: 'v21.0' } as const;
    expect(retirementOf('plays', media, new Date('2025-03-01'))).toBeNull();
    expect(retirementOf('plays', { ...media, graphVersion: 'v22.0' }, new Date('2025-03-01'))).not.toBeNull();
    expect(retirementOf('plays', media, new Date('2025-05-01'))).not.toBeNull();
  });

  it('leaves out what a version does not know yet', () => {
    const scope = { kind: 'ig_account', product: null } as const;
    expect(namesFor({ ...scope, graphVersion: 'v21.0' })).not.toContain('views');
    expect(namesFor({ ...scope, graphVersion: 'v22.0' })).toContain('views');
  });

  it('asks of each kind of media only for what it has', () => {
    const of = (product: 'FEED' | 'REELS' | 'STORY'): string[] =>
      namesFor({ kind: 'ig_media', product, graphVersion: V26 });
    expect(of('REELS')).toContain('ig_reels_avg_watch_time');
    expect(of('REELS')).not.toContain('follows');
    expect(of('STORY')).toContain('navigation');
    expect(of('STORY')).not.toContain('likes');
    expect(of('FEED')).not.toContain('navigation');
  });

  it('is what the documentation shows, name by name', () => {
    const text = readFileSync(join(__dirname, '../../../docs/insights.md'), 'utf8');
    const listed = (heading: string): string[] => {
      const section = new RegExp(`## ${heading}\n([\\s\\S]*?)(?=\n## |$)`).exec(text)?.[1] ?? '';
      return [...section.matchAll(/^\| `([\w*]+)`/gm)].map(([, name]) => name ?? '');
    };
    const registered = (kind: string): string[] =>
      INSIGHT_METRICS.filter((metric) => metric.kind === kind).map(({ name }) => name);
    expect(listed('Pages')).toEqual(registered('page'));
    expect(listed('Posts')).toEqual(registered('post'));
    expect(listed('Instagram accounts')).toEqual(registered('ig_account'));
    expect(listed('Instagram media')).toEqual(registered('ig_media'));
    expect(listed('Retired')).toEqual(RETIRED_METRICS.map(({ name }) => name));
  });
});
