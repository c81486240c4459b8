import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { instantAt, storable } from '../../conversations/direct/direct-history-mapping';
import { DueRows } from '../../queue/due-rows';
import { nextReading } from '../../conversations/read-retry';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import { type JsonRecord, readId, readRecords, readText } from '../../webhooks/parsers/json-reader';
import { PageTokens } from './page-tokens';
import { PagesRepository } from './pages.repository';
import { type ClaimedLead, type LeadFacts, PageLeads } from './page-leads.repository';

const CONCURRENCY = 2;
const SWEEP_EVERY_MS = 2_000;
const LEASE_MS = 2 * 60_000;
/** Where the Page is not connected: somebody may connect it again. */
const NO_PAGE_PAUSE_MS = 3_600_000;
/** Meta gives leads out for ninety days. */
const LONGEST_AGE_MS = 90 * 24 * 3_600_000;

/** Reads what people filled in: the webhook only says that somebody did. */
@Injectable()
export class PageLeadWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly rows: DueRows<ClaimedLead>;

  constructor(
    private readonly config: AppConfig,
    private readonly leads: PageLeads,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly graph: GraphClient,
    private readonly subscribers: OutboxSubscribers,
  ) {
    this.rows = new DueRows(
      'Leads',
      CONCURRENCY,
      () => leads.claim(LEASE_MS),
      (lead) => this.read(lead),
    );
  }

  onModuleInit(): void {
    this.subscribers.register({
      name: 'facebook-leads',
      kinds: ['account.connected'],
      handle: (events, tx) =>
        this.leads.makeDue(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rows.close();
  }

  private async read(lead: ClaimedLead): Promise<void> {
    const isTooOld = Date.now() - lead.createdAt.getTime() > LONGEST_AGE_MS;
    const page = await this.pages.findConnectedById(lead.accountId, lead.assetId);
    if (page === null) {
      const delayMs = isTooOld ? null : NO_PAGE_PAUSE_MS;
      await this.leads.recordFailure(lead, {
        delayMs,
        error: 'The Page is not connected.',
        isCounted: false,
      });
      return;
    }
    try {
      const facts = await this.tokens.withToken(page, (token) => this.ask(token, lead.leadId));
      await this.leads.recordRead(lead, facts);
    } catch (error) {
      const { delayMs, isCounted, reason } = nextReading(error, lead.attempt);
      await this.leads.recordFailure(lead, { delayMs: isTooOld ? null : delayMs, error: reason, isCounted });
    }
  }

  private async ask(token: string, leadId: string): Promise<LeadFacts> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(leadId)}`,
      token,
      query: { fields: 'id,created_time,ad_id,form_id,field_data' },
      response: GraphNode,
    });
    return factsOf(storable(raw));
  }
}

function factsOf(record: JsonRecord): LeadFacts {
  return {
    answers: readRecords(record, 'field_data').flatMap((field) => {
      const name = readText(field, 'name');
      const values: unknown[] = Array.isArray(field.values) ? field.values : [];
      if (name === undefined) return [];
      return [{ name, values: values.flatMap((value) => readText({ value }, 'value') ?? []) }];
    }),
    formId: readId(record, 'form_id') ?? null,
    adId: readId(record, 'ad_id') ?? null,
    submittedAt: instantAt(record, 'created_time'),
  };
}
