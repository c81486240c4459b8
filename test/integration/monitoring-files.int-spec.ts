import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { METRIC_PREFIX } from '../../src/operations/metrics/metrics-registry';
import { type Served, readMetrics } from '../metrics-reader';
import { type TestApp, startTestApp } from '../test-app';

// Several applications start, one after the other.
jest.setTimeout(180_000);

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
}
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string; datasource: { uid: string } }[];
}

const FOLDER = 'deploy/monitoring';
const file = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const RULES = (parse(file('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);
const DASHBOARD = JSON.parse(file('grafana-dashboard.json')) as {
  panels: Panel[];
  templating: { list: { name: string; query: unknown }[] };
};
const QUERIES = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** Names of metrics in an expression: what stands before a `{`, or is one of ours. */
function metricsIn(expression: string): string[] {
  const plain = expression.replaceAll(/"[^"]*"/g, '""');
  return [...plain.matchAll(/\b([a-z][a-z0-9_:]*)\s*\{|\b(meta_backend_\w+)/g)].map(
    ([, selected, own]) => selected ?? own ?? '',
  );
}

/** Selectors as `name{label="value", …}`. */
function selectorsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b([a-z][a-z0-9_]*)\{([^}]*)\}/g)].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** `## A heading` as GitHub makes an anchor of it. */
function anchorsOf(markdown: string): Set<string> {
  return new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the files for Prometheus and Grafana', () => {
  let app: TestApp;
  let served: Served;
  beforeAll(async () => {
    app = await startTestApp();
    served = await readMetrics(app.api);
  });
  afterAll(() => app.close());

  /** `up` is Prometheus' own. */
  const isServed = (name: string): boolean =>
    name === 'up' ||
    served.types.has(name) ||
    served.types.get(name.replace(/_(?:bucket|sum|count)$/, '')) === 'histogram';

  it('ask only for metrics that the service has', () => {
    const asked = [...RULES.map(({ expr }) => expr), ...QUERIES.map(({ expr }) => expr)].flatMap(metricsIn);
    const variables = JSON.stringify(DASHBOARD.templating.list).match(/meta_backend_\w+/g) ?? [];
    expect(new Set(asked).size).toBeGreaterThan(35);
    expect([...new Set([...asked, ...variables])].filter((name) => !isServed(name))).toEqual([]);
  });

  it('select by labels that the metrics have', () => {
    const known = new Map<string, Set<string>>();
    for (const { name, labels } of served.samples)
      known.set(name, new Set([...(known.get(name) ?? []), ...Object.keys(labels)]));
    const unknown = [...RULES, ...QUERIES]
      .flatMap(({ expr }) => selectorsIn(expr))
      .flatMap(({ name, labels }) =>
        labels
          // What Prometheus adds; and what has no series in a service that has done nothing yet.
          .filter((label) => !['job', 'instance'].includes(label) && known.has(name))
          .filter((label) => known.get(name)?.has(label) !== true)
          .map((label) => `${name}{${label}}`),
      );
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('never add up what several schedulers tell alike', async () => {
    const scheduler = await startTestApp({ env: { APP_ROLES: 'scheduler' } });
    const api = await startTestApp({ env: { APP_ROLES: 'api,worker' } });
    try {
      const own = new Set((await readMetrics(api.api)).samples.map(({ name }) => name));
      const shared = new Set(
        (await readMetrics(scheduler.api)).samples.map(({ name }) => name).filter((name) => !own.has(name)),
      );
      expect([...shared]).toEqual(expect.arrayContaining([`${METRIC_PREFIX}inbox_pending`]));
      const added = [...RULES, ...QUERIES].flatMap(({ expr }) =>
        [...expr.matchAll(/\b(?:sum|avg|count)(?: by \([^)]*\))? \((\w+)\{|\b(?:sum|avg|count)\((\w+)\{/g)]
          .map(([, spaced, tight]) => spaced ?? tight ?? '')
          .filter((name) => shared.has(name)),
      );
      expect(added).toEqual([]);
    } finally {
      await scheduler.close();
      await api.close();
    }
  });

  it('show every metric of our own in the dashboard, and describe it in docs/monitoring.md', () => {
    const own = [...served.types.keys()].filter((name) => name.startsWith(METRIC_PREFIX));
    const shown = QUERIES.map(({ expr }) => expr).join('\n');
    const described = readFileSync('docs/monitoring.md', 'utf8');
    expect(own.length).toBeGreaterThan(35);
    expect(own.filter((name) => !shown.includes(name))).toEqual([]);
    expect(own.filter((name) => !described.includes(`\`${name.replace(METRIC_PREFIX, '')}\``))).toEqual([]);
  });

  it('say of every alert how bad it is, and where it is written what to do', () => {
    const anchors = anchorsOf(readFileSync('docs/monitoring.md', 'utf8'));
    expect(RULES.length).toBeGreaterThan(20);
    for (const { alert, labels, annotations } of RULES) {
      expect(alert).toMatch(/^MetaBackend[A-Z]\w+$/);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
      const [page, anchor = ''] = annotations.runbook.split('#');
      expect([page, anchor, anchors.has(anchor)]).toEqual(['docs/monitoring.md', anchor, true]);
    }
    expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length);
  });

  it('have expressions with closed brackets, and panels that do not overlap', () => {
    for (const { expr } of [...RULES, ...QUERIES]) {
      const brackets = expr.replaceAll(/"[^"]*"/g, '').replaceAll(/[^()[\]{}]/g, '');
      let left = brackets;
      for (let before = ''; before !== left;) {
        before = left;
        left = left.replaceAll(/\(\)|\[\]|\{\}/g, '');
      }
      expect([expr, left]).toEqual([expr, '']);
    }
    const cells = DASHBOARD.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(DASHBOARD.panels.map(({ id }) => id)).size).toBe(DASHBOARD.panels.length);
    for (const { targets = [] } of DASHBOARD.panels)
      for (const { datasource } of targets) expect(datasource.uid).toBe('${datasource}');
  });

  // The name says which of the two it was: without promtool nothing parses the expressions.
  it(`are ${hasPromtool ? '' : 'NOT '}checked by promtool, which is ${hasPromtool ? '' : 'not '}installed here`, () => {
    if (!hasPromtool) return;
    execFileSync('promtool', ['check', 'config', join(FOLDER, 'prometheus.yml')], { stdio: 'pipe' });
    execFileSync('promtool', ['test', 'rules', join(FOLDER, 'alerts.test.yml')], { stdio: 'pipe' });
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: served.text, encoding: 'utf8' });
    expect(checked.stderr.split('\n').filter((line) => line.includes(METRIC_PREFIX))).toEqual([]);

    const folder = mkdtempSync(join(tmpdir(), 'monitoring-'));
    try {
      const rules = QUERIES.map(({ expr }, index) => ({
        record: `query:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(?:job|instance)/g, '.*'),
      }));
      const path = join(folder, 'queries.yml');
      writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const { status, stderr } = spawnSync('promtool', ['check', 'rules', path], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
