import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parseAllDocuments } from 'yaml';

/** Against the schemas that Kubernetes and KEDA publish of themselves. docker-compose.yml is looked at by `npm run lint`. */

const ROOT = resolve(__dirname, '../../deploy/kustomize');

/** The least that is needed of a model: it takes what a manifest says, and its `validate` throws. */
type Model = new (data: never) => { validate: () => void };
const MODELS = new Map<string, Model>(
  Object.entries({
    'apps/v1 Deployment': Deployment,
    'autoscaling/v2 HorizontalPodAutoscaler': HorizontalPodAutoscaler,
    'batch/v1 Job': Job,
    'keda.sh/v1alpha1 ScaledObject': ScaledObject,
    'networking.k8s.io/v1 Ingress': Ingress,
    'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
    'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
    'v1 ConfigMap': ConfigMap,
    'v1 Secret': Secret,
    'v1 Service': Service,
    'v1 ServiceAccount': ServiceAccount,
  }),
);

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string };
}

/** What Kustomize itself reads, and not a cluster, is left to Kustomize. */
const manifests = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(ROOT, file), 'utf8'))
      .map((document) => document.toJS() as Manifest | null)
      .filter((manifest) => manifest !== null)
      .map((manifest): [file: string, name: string, manifest: Manifest] => [
        file,
        `${manifest.kind} ${manifest.metadata?.name ?? ''}`,
        manifest,
      ]),
  );

/**
 * A value that tells which of its fields were looked at. The schemas let unknown fields pass, and a cluster would drop them
 * without a word: but what no schema looks at, none knows.
 */
function watched(value: unknown, path: string, unseen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inner = Array.isArray(value)
    ? value.map((item, index) => watched(item, `${path}[${index}]`, unseen))
    : Object.fromEntries(
        Object.entries(value).map(([name, field]) => {
          unseen.add(`${path}.${name}`);
          return [name, watched(field, `${path}.${name}`, unseen)];
        }),
      );
  if (Array.isArray(inner)) return inner;
  return new Proxy(inner, {
    get: (target, name) => {
      unseen.delete(`${path}.${String(name)}`);
      return Reflect.get(target, name) as unknown;
    },
  });
}

/** @returns fields that the schema does not know. @throws Error for what the schema does not allow */
function unknownFieldsOf(manifest: Manifest): string[] {
  const model = MODELS.get(`${manifest.apiVersion} ${manifest.kind}`);
  if (model === undefined) throw new Error(`No schema is known of ${manifest.apiVersion} ${manifest.kind}.`);
  const unseen = new Set<string>();
  const { validate } = model.prototype as { validate: () => void };
  validate.call(watched(manifest, '', unseen) as { validate: () => void });
  return [...unseen];
}

describe('manifests for Kubernetes', () => {
  it('are there', () => {
    expect(manifests.length).toBeGreaterThan(12);
  });

  it.each(manifests)('%s: %s is as its schema has it', (_, __, manifest) => {
    expect(unknownFieldsOf(manifest)).toEqual([]);
  });

  it('would not pass with a field of another type, without one that has to be there, or with one that nobody knows', () => {
    const [, , deployment] = manifests.find(([, , { kind }]) => kind === 'Deployment') ?? [];
    if (deployment === undefined) throw new Error('There is no Deployment.');
    const changed = (change: (spec: Record<string, unknown>) => void): Manifest => {
      const copy = structuredClone(deployment) as Manifest & { spec: Record<string, unknown> };
      change(copy.spec);
      return copy;
    };
    expect(() => unknownFieldsOf(changed((spec) => (spec.replicas = 'two')))).toThrow('replicas');
    expect(() => unknownFieldsOf(changed((spec) => delete spec.selector))).toThrow('selector');
    expect(unknownFieldsOf(changed((spec) => (spec.replicsa = 2)))).toEqual(['.spec.replicsa']);
  });
});
