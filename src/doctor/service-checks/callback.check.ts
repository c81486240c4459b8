import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { OwnCall } from '../../webhooks/canary/own-address';
import { type AddressProbe, WebhookCanary } from '../../webhooks/canary/webhook-canary.service';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';
import { lastRealDelivery } from './last-delivery';

const HOUR_MS = 3_600_000;
/** Meta gives up on slower answers, for Messenger first. */
const SLOW_MS = 3_000;

const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'its name is not known to the DNS'],
  ['EAI_AGAIN', 'the DNS does not answer'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection was broken off'],
  ['EHOSTUNREACH', 'there is no way to that machine'],
  ['ENETUNREACH', 'there is no way to that network'],
  ['ETIMEDOUT', 'nothing answers'],
  ['UND_ERR_CONNECT_TIMEOUT', 'nothing answers'],
  ['TIMEOUT', 'there was no answer in time'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed, which Meta does not take'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is self-signed, which Meta does not take'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its proxy does not send the certificates in between'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
]);

/** Whether the public address answers as Meta wants, asked by this service of itself. */
@Injectable()
export class CallbackCheck implements Check {
  readonly name = 'callback';
  readonly subject: string;

  constructor(
    config: AppConfig,
    private readonly canary: WebhookCanary,
    @InjectDataSource() private readonly database: DataSource,
  ) {
    this.subject = config.webhookUrl;
  }

  async look(): Promise<Finding[]> {
    const [probe, last] = await Promise.all([this.canary.probe(), lastRealDelivery(this.database)]);
    const hasArrived = last !== null && Date.now() - last.getTime() < HOUR_MS;
    if (probe.delivery.status === null) return [this.unreachable(probe.delivery, hasArrived)];
    return [...this.verification(probe.verification), this.delivery(probe.delivery)];
  }

  private unreachable({ failure, tookMs }: OwnCall, hasArrived: boolean): Finding {
    const why = FAILURES.get(failure ?? '') ?? `the connection failed (${failure ?? 'no reason given'})`;
    const evidence = { failure, tookMs, deliveredInTheLastHour: hasArrived };
    const finding = about('callback-reachable', this.subject);
    if (hasArrived)
      return finding({
        severity: 'warning',
        title: 'The public address cannot be reached from here',
        explanation: `From this machine ${why}; yet deliveries came in the last hour. Some networks do not let a machine call its own public address.`,
        fix: 'Ask the address from elsewhere, as from a phone; if it answers there, nothing is wrong.',
        evidence,
      });
    return finding({
      severity: 'error',
      title: 'The public address cannot be reached',
      explanation: `Meta delivers to ${this.subject}; asked from this machine, ${why}. Meta would repeat for hours and, for Pages, then end the subscription.`,
      fix: 'Look at DNS, firewall, proxy and certificate of PUBLIC_URL, and whether a process with the role api runs behind it. If it answers from elsewhere, only this machine cannot call it.',
      evidence,
    });
  }

  private verification(call: AddressProbe['verification']): Finding[] {
    const finding = about('callback-verification', this.subject);
    if (call === null) return [];
    const evidence = { status: call.status, tookMs: call.tookMs };
    if (call.isEchoed)
      return [
        finding({
          severity: 'ok',
          title: 'The address answers Meta’s verification',
          explanation: 'It gave the challenge back for a configured verify token.',
          evidence,
        }),
      ];
    return [
      finding({
        severity: 'error',
        title: 'The address fails Meta’s verification',
        explanation: `Asked with a verify token that is configured here, it answered ${told(call)} instead of the challenge, so Meta would refuse the address.${call.status === 403 ? ' Another installation with other configurations answers there.' : ''}`,
        fix: 'See that the proxy passes GET /api/meta/webhook/events with its query to this service unchanged, and that no other installation answers at that address.',
        evidence,
      }),
    ];
  }

  private delivery(call: AddressProbe['delivery']): Finding {
    const finding = about('callback-delivery', this.subject);
    const evidence = { status: call.status, tookMs: call.tookMs, redirectedTo: call.redirectedTo };
    if (!call.isTaken)
      return finding({
        severity: 'error',
        title: 'The address does not take deliveries',
        explanation: `A delivery signed with META_APP_SECRET was answered ${told(call)}. ${reasonOf(call)}`,
        fix: 'See that the proxy passes POST /api/meta/webhook/events to this service with body and headers unchanged, and does not redirect, cache or check for robots there.',
        evidence,
      });
    if (call.tookMs > SLOW_MS)
      return finding({
        severity: 'warning',
        title: 'The address answers slowly',
        explanation: `It took ${call.tookMs} ms. Meta repeats what takes longer than a few seconds, and in the end stops.`,
        fix: 'Look at the load of PostgreSQL and of the proxy.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: 'The address takes deliveries',
      explanation: 'A signed delivery was verified and stored.',
      evidence,
    });
  }
}

function told({ status, redirectedTo }: OwnCall): string {
  return redirectedTo === null ? String(status ?? 'nothing') : `${String(status)} to ${redirectedTo}`;
}

function reasonOf({ status }: OwnCall): string {
  if (status === 401)
    return 'The signature does not fit: something on the way changes the body, or an installation with another app secret answers there.';
  if (status === 404) return 'The path does not lead to this service.';
  if (status === 413) return 'The proxy takes smaller bodies than Meta sends, which are up to 3 MB.';
  if (status === 503) return 'The service cannot store it: PostgreSQL is away or too slow.';
  if (status === 200) return 'Something else than this service answers there.';
  if (status !== null && status >= 300 && status < 400) return 'Meta does not follow redirects.';
  if (status === 502 || status === 504) return 'The proxy does not reach this service.';
  return 'Only 200 counts as delivered.';
}
