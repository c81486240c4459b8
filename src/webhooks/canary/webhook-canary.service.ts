import { setTimeout as sleep } from 'node:timers/promises';
import { createHmac, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { sha256 } from '../../crypto/secret-hash';
import { WebhookConfigService } from '../webhook-config.service';
import { PROBE_BODY, canaryBody } from './canary-body';
import { type OwnCall, callOwnAddress } from './own-address';

/** What the two calls that Meta makes came to when this service made them to itself. */
export interface AddressProbe {
  url: string;
  /** Null when nothing is configured: there is no verify token to ask with. */
  verification: (OwnCall & { isEchoed: boolean }) | null;
  delivery: OwnCall & { isTaken: boolean };
}

/** How far a delivery of our own came, and when. */
export interface CanaryRun {
  call: OwnCall;
  /** Null when it is not in the inbox. */
  deliveryId: string | null;
  /** In milliseconds since it was sent, by the database's clock from there on; null: not within the time. */
  storedAfterMs: number | null;
  processedAfterMs: number | null;
  state: string | null;
  reason: string | null;
}

interface StoredCanary {
  id: string;
  state: string;
  reason: string | null;
  stored_ms: number;
  processed_ms: number | null;
}

const LOOK_EVERY_MS = 100;

/** Sends deliveries to our own public address, signed as Meta signs them, that have no effect on anybody. */
@Injectable()
export class WebhookCanary {
  constructor(
    private readonly config: AppConfig,
    private readonly configs: WebhookConfigService,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  /** Whether the address answers as Meta wants. It leaves nothing behind but, once, one ignored delivery. */
  async probe(): Promise<AddressProbe> {
    const url = this.config.webhookUrl;
    const verifyToken = await this.configs.findVerifyToken();
    const [verification, call] = await Promise.all([
      verifyToken === null ? null : this.verify(url, verifyToken),
      this.deliver(url, PROBE_BODY),
    ]);
    return { url, verification, delivery: { ...call, isTaken: isTaken(call) } };
  }

  /** One delivery all the way: address, signature, inbox, worker. @param timeoutMs how long to watch it */
  async run(timeoutMs: number): Promise<CanaryRun> {
    const body = canaryBody(randomUUID());
    const sentAt = await this.now();
    const call = await this.deliver(this.config.webhookUrl, body);
    const digest = sha256(body);
    const end = Date.now() + timeoutMs;
    let row: StoredCanary | undefined;
    if (isTaken(call))
      for (;;) {
        row = await this.find(digest, sentAt);
        if (row?.processed_ms !== undefined && row.processed_ms !== null) break;
        if (Date.now() >= end) break;
        await sleep(LOOK_EVERY_MS);
      }
    return {
      call,
      deliveryId: row?.id ?? null,
      storedAfterMs: row === undefined ? null : Math.max(0, Math.round(row.stored_ms)),
      processedAfterMs:
        row === undefined || row.processed_ms === null ? null : Math.max(0, Math.round(row.processed_ms)),
      state: row?.state ?? null,
      reason: row?.reason ?? null,
    };
  }

  private async verify(url: string, verifyToken: string): Promise<OwnCall & { isEchoed: boolean }> {
    // Not a number: an answer that turns it into one is not the challenge.
    const challenge = `doctor-${randomUUID()}`;
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': verifyToken,
      'hub.challenge': challenge,
    });
    const call = await callOwnAddress(`${url}?${query.toString()}`, { method: 'GET' });
    return { ...call, isEchoed: call.status === 200 && call.text === challenge };
  }

  private async deliver(url: string, body: Buffer): Promise<OwnCall> {
    const signature = createHmac('sha256', this.config.env.META_APP_SECRET).update(body).digest('hex');
    return callOwnAddress(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    });
  }

  private async now(): Promise<Date> {
    const [row]: { now: Date }[] = await this.database.query('SELECT clock_timestamp() AS now');
    if (row === undefined) throw new Error('The database did not tell its time.');
    return row.now;
  }

  private async find(digest: Buffer, sentAt: Date): Promise<StoredCanary | undefined> {
    const rows: StoredCanary[] = await this.database.query(
      `SELECT d.id, d.state, d.reason, (extract(epoch FROM d.received_at - $2) * 1000)::float8 AS stored_ms,
              (extract(epoch FROM d.processed_at - $2) * 1000)::float8 AS processed_ms
         FROM webhook_digests g JOIN webhook_deliveries d ON d.id = g.delivery_id WHERE g.digest = $1`,
      [digest, sentAt],
    );
    return rows[0];
  }
}

/** What only this service answers; a page of a proxy's with status 200 is not it. */
function isTaken({ status, text }: OwnCall): boolean {
  return status === 200 && text.includes('"received":true');
}
