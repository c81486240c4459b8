import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../src/config/app-config';
import { parseEnv } from '../../src/config/env';
import type { DomainEvent } from '../../src/domain-events/domain-events';
import { Outbox } from '../../src/domain-events/outbox';
import { OutboxCursors } from '../../src/domain-events/outbox-cursors.repository';
import { OutboxFailures } from '../../src/domain-events/outbox-failures.repository';
import { OutboxHandling } from '../../src/domain-events/outbox-handling';
import { OutboxLag } from '../../src/domain-events/outbox-lag.service';
import { OutboxRelay } from '../../src/domain-events/outbox-relay.service';
import { OutboxRetention } from '../../src/domain-events/outbox-retention.scheduler';
import { OutboxSequencer } from '../../src/domain-events/outbox-sequencer';
import { OutboxSubscribers } from '../../src/domain-events/outbox-subscribers';
import type { JobWorker } from '../../src/queue/job-worker';
import type { SharedRedis } from '../../src/queue/shared-redis';
import { Tracing } from '../../src/tracing/tracing';
import { testEnvironment } from '../test-app';
import type { Tenant } from './conversations.factory';

/** What one worker process holds of the outbox, without anything that wakes it: tests say when it works. */
export interface RelayProcess {
  subscribers: OutboxSubscribers;
  relay: OutboxRelay;
  sequencer: OutboxSequencer;
  failures: OutboxFailures;
  lag: OutboxLag;
  retention: OutboxRetention;
}

export function aRelayProcess(db: DataSource): RelayProcess {
  const config = new AppConfig(parseEnv(testEnvironment('postgres://x/x', 3000)));
  const subscribers = new OutboxSubscribers();
  const redis: Pick<SharedRedis, 'publish'> = { publish: () => Promise.resolve() };
  const sequencer = new OutboxSequencer(db, redis as SharedRedis);
  const failures = new OutboxFailures(db);
  const worker: Pick<JobWorker, 'consume'> = { consume: () => undefined };
  const relay = new OutboxRelay(
    subscribers,
    sequencer,
    new OutboxCursors(db),
    failures,
    new OutboxHandling(db),
    worker as JobWorker,
    config,
    new Tracing(null),
  );
  return {
    subscribers,
    relay,
    sequencer,
    failures,
    lag: new OutboxLag(db, subscribers),
    retention: new OutboxRetention(db, subscribers, config),
  };
}

/** An event that is told apart by its text. */
export function aTemplateEvent(
  { accountId }: Pick<Tenant, 'accountId'>,
  name: string,
  changes: { fingerprint?: Buffer } = {},
): DomainEvent {
  return {
    kind: 'template.updated',
    accountId,
    payload: { templateId: '1', name, language: 'en', status: 'APPROVED' },
    ...changes,
  };
}

export async function tell(tx: EntityManager, tenant: Tenant, ...names: string[]): Promise<void> {
  await new Outbox().record(
    tx,
    names.map((name) => aTemplateEvent(tenant, name)),
  );
}
