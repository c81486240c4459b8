import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { SECRET_SETTINGS } from '../../src/config/secret-files';

/**
 * Neither Docker nor Kubernetes is needed here: these say that the files fit each other and the service, not that a
 * cluster takes them.
 */

const ROOT = resolve(__dirname, '../..');
const BASE = join(ROOT, 'deploy/kustomize/base');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const settings = new Set(
  [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name ?? ''),
);

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** What lies at a path of keys and positions; undefined where there is nothing. */
const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Tree)[key] : undefined),
    value,
  );
const documentsIn = (text: string): unknown[] =>
  parseAllDocuments(text).map((document) => {
    const value: unknown = document.toJS();
    return value;
  });
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const tree = (value: unknown): Tree => (isTree(value) ? value : {});

describe('docker-compose.yml', () => {
  const compose: unknown = parse(read('docker-compose.yml'), { merge: true });
  const services = tree(at(compose, 'services'));
  const ours = ['migrate', 'api', 'worker', 'scheduler'];

  it('has every role as a service of its own, beside the migration, the proxy, PostgreSQL and Redis', () => {
    expect(Object.keys(services).sort()).toEqual([...ours, 'postgres', 'proxy', 'redis'].sort());
    for (const role of ['api', 'worker', 'scheduler'])
      expect(at(services, role, 'environment', 'APP_ROLES')).toBe(role);
  });

  it('sets only what the service reads, and secrets by files that it declares', () => {
    const declared = Object.keys(tree(at(compose, 'secrets')));
    for (const name of ours) {
      const environment = tree(at(services, name, 'environment'));
      const secrets = list(at(services, name, 'secrets'));
      for (const [setting, value] of Object.entries(environment)) {
        const secret = SECRET_SETTINGS.find((known) => `${known}_FILE` === setting);
        if (secret === undefined) expect(settings).toContain(setting);
        else expect(secrets).toContain(String(value).replace('/run/secrets/', ''));
      }
      expect(declared).toEqual(expect.arrayContaining(secrets));
    }
  });

  it('gives the tables’ owner to whoever migrates and the scheduler alone', () => {
    const holders = Object.keys(services).filter((name) =>
      list(at(services, name, 'secrets')).includes('migration_database_url'),
    );
    expect(holders.sort()).toEqual(['migrate', 'scheduler']);
    for (const name of ours)
      expect(list(at(services, name, 'secrets'))).not.toContain('postgres_admin_password');
  });

  it('lets nobody write but where something is mounted, waits for the migration and names what exists', () => {
    for (const name of ours) {
      expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true });
      expect(Object.keys(services)).toEqual(
        expect.arrayContaining(Object.keys(tree(at(services, name, 'depends_on')))),
      );
    }
    for (const role of ['api', 'worker', 'scheduler'])
      expect(at(services, role, 'depends_on', 'migrate', 'condition')).toBe('service_completed_successfully');
    const volumes = Object.keys(tree(at(compose, 'volumes')));
    for (const service of Object.values(services))
      for (const volume of list(at(service, 'volumes')).map(String)) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(ROOT, source))).toBe(true);
        else expect(volumes).toContain(source);
      }
  });

  it('publishes the proxy only, and reads the secrets that the script makes', () => {
    expect(Object.keys(services).filter((name) => at(services, name, 'ports') !== undefined)).toEqual([
      'proxy',
    ]);
    const made = new Set([...read('deploy/secrets.sh').matchAll(/^put (\w+)/gm)].map(([, name]) => name));
    made.add('meta_app_secret');
    expect(Object.keys(tree(at(compose, 'secrets'))).filter((name) => !made.has(name))).toEqual([]);
  });
});

describe('the manifests for Kubernetes', () => {
  const kustomization: unknown = parse(readFileSync(join(BASE, 'kustomization.yaml'), 'utf8'));
  const files = list(at(kustomization, 'resources')).map(String);
  const documents = files.flatMap((file) => documentsIn(readFileSync(join(BASE, file), 'utf8')));
  const ofKind = (kind: string): unknown[] => documents.filter((document) => at(document, 'kind') === kind);
  const workloads = [...ofKind('Deployment'), ...ofKind('Job')];
  const container = (workload: unknown): unknown => at(workload, 'spec', 'template', 'spec', 'containers', 0);
  const nameOf = (document: unknown): string => String(at(document, 'metadata', 'name'));

  it('are all listed, and overlays name resources that exist', () => {
    const present = readdirSync(BASE).filter((file) => file !== 'kustomization.yaml');
    expect([...files].sort()).toEqual(present.sort());
    for (const overlay of readdirSync(join(BASE, '../overlays'))) {
      const patches = list(
        at(parse(readFileSync(join(BASE, '../overlays', overlay, 'kustomization.yaml'), 'utf8')), 'patches'),
      );
      expect(patches.length).toBeGreaterThan(0);
      for (const patch of patches) {
        const { kind, name } = tree(at(patch, 'target'));
        const aims = ofKind(String(kind)).map(nameOf);
        expect(aims).toEqual(name === undefined ? expect.anything() : expect.arrayContaining([name]));
      }
    }
  });

  it('run each role under its own name, with labels that their selectors find', () => {
    for (const role of ['api', 'worker', 'scheduler']) {
      const deployment = ofKind('Deployment').find((each) => nameOf(each) === `meta-backend-${role}`);
      const selector = tree(at(deployment, 'spec', 'selector', 'matchLabels'));
      expect(at(deployment, 'spec', 'template', 'metadata', 'labels')).toMatchObject(selector);
      const env = list(at(container(deployment), 'env'));
      expect(env).toContainEqual({ name: 'APP_ROLES', value: role });
    }
    const service = ofKind('Service')[0];
    const api = ofKind('Deployment').find((each) => nameOf(each) === 'meta-backend-api');
    expect(at(api, 'spec', 'template', 'metadata', 'labels')).toMatchObject(
      tree(at(service, 'spec', 'selector')),
    );
    const ports = list(at(container(api), 'ports')).map((port) => at(port, 'name'));
    expect(ports).toContain(at(service, 'spec', 'ports', 0, 'targetPort'));
    for (const scaled of [...ofKind('HorizontalPodAutoscaler'), ...ofKind('ScaledObject')])
      expect(workloads.map(nameOf)).toContain(at(scaled, 'spec', 'scaleTargetRef', 'name'));
  });

  it('set what the service reads, and give the tables’ owner to the job and the scheduler alone', () => {
    const secrets = documentsIn(read('deploy/kustomize/secrets.example.yaml'));
    for (const document of [...ofKind('ConfigMap'), ...secrets])
      for (const name of Object.keys({ ...tree(at(document, 'data')), ...tree(at(document, 'stringData')) }))
        expect(settings).toContain(name);
    const holders = workloads.filter((workload) =>
      list(at(container(workload), 'env')).some((each) => at(each, 'name') === 'MIGRATION_DATABASE_URL'),
    );
    expect(holders.map(nameOf).sort()).toEqual(['meta-backend-migrate', 'meta-backend-scheduler']);
    const known = secrets.map(nameOf);
    for (const workload of workloads)
      for (const each of list(at(container(workload), 'env'))) {
        const reference = at(each, 'valueFrom', 'secretKeyRef');
        if (reference !== undefined) expect(known).toContain(at(reference, 'name'));
      }
  });

  it('probe what the service answers, and leave it the time that it takes to stop', () => {
    for (const deployment of ofKind('Deployment')) {
      const service = container(deployment);
      expect(at(service, 'livenessProbe', 'httpGet', 'path')).toBe('/health/live');
      expect(at(service, 'startupProbe', 'httpGet', 'path')).toBe('/health/live');
      expect(at(service, 'readinessProbe', 'httpGet', 'path')).toBe('/health/ready');
      const pause = Number(list(at(service, 'lifecycle', 'preStop', 'exec', 'command'))[1] ?? 0);
      const grace = Number(at(deployment, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds'));
      expect(grace).toBeGreaterThanOrEqual(25 + pause + 5);
      const started =
        Number(at(service, 'startupProbe', 'periodSeconds')) *
        Number(at(service, 'startupProbe', 'failureThreshold'));
      const waits = Number(at(ofKind('ConfigMap')[0], 'data', 'MIGRATION_WAIT_SECONDS'));
      expect(started).toBeGreaterThan(waits + 30);
    }
  });

  it('run without rights, and write nowhere but where something is mounted', () => {
    for (const workload of workloads) {
      expect(at(workload, 'spec', 'template', 'spec', 'securityContext')).toMatchObject({
        runAsNonRoot: true,
      });
      expect(at(container(workload), 'securityContext')).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(at(workload, 'spec', 'template', 'spec', 'automountServiceAccountToken')).toBe(false);
    }
  });

  it('scale workers by figures that the service tells', () => {
    const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.metrics.ts') || file.includes('metrics/'))
      .map((file) => join(ROOT, 'src', file))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const queries = ofKind('ScaledObject').flatMap((scaled) =>
      list(at(scaled, 'spec', 'triggers')).map((trigger) => String(at(trigger, 'metadata', 'query'))),
    );
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      const [metric = ''] = /meta_backend_\w+/.exec(query) ?? [];
      expect(source).toContain(metric.replace('meta_backend_', ''));
    }
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('copies what the builder is given, and nothing that is not there', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)].flatMap(([, sources]) =>
      (sources ?? '').split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect(existsSync(join(ROOT, source))).toBe(true);
      expect(allowed).toContain(source.replace(/^\.\//, ''));
    }
  });

  it('ends as an ordinary user, with a health check and Node as the process that gets the signal', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).toMatch(/\/health\/live/);
    expect(last).toMatch(/^CMD \["node", "dist\/src\/main\.js"\]$/m);
    expect(dockerfile).toMatch(/^FROM node:24-/m);
  });
});
