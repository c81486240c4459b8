import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';

export const CAMPAIGNS = '/api/meta/whatsapp/campaigns';

export interface CampaignShown {
  id: string;
  state: string;
  pauseReason: { code: string; message: string } | null;
  template: { columns: string[]; category: string | null };
  progress: {
    counts: Record<string, number>;
    reached: Record<string, number>;
    percent: number;
    perSecond: number | null;
    estimatedEndAt: string | null;
  };
  importing: boolean;
}

export interface ImportShown {
  id: string;
  state: string;
  lines: number;
  added: number;
  duplicates: number;
  invalid: number;
  lineReached: number;
  error: { code: string; message: string } | null;
  columns: string[] | null;
  errors: { line: number; code: string; message: string }[];
}

export interface RecipientShown {
  id: string;
  to: string;
  line: number;
  parameters: Record<string, string>;
  state: string;
  messageId: string | null;
  code: string | null;
  reason: string | null;
  attempt: number;
}

/** A campaign with the one template that every new WhatsApp Business Account has. */
export async function aCampaign(client: ApiClient, rest: Record<string, unknown> = {}): Promise<string> {
  const answer = await client.post<CampaignShown>(CAMPAIGNS, {
    name: 'Spring sale',
    template: { name: 'hello_world', language: 'en_US' },
    ...rest,
  });
  if (answer.status !== 201) throw new Error(`Making a campaign answered ${answer.status}: ${answer.text}`);
  return answer.body.data.id;
}

/** Numbers of people whom nobody has written to yet. */
export const people = (() => {
  let next = 0;
  return (count: number): string[] =>
    Array.from({ length: count }, () => `+1650555${String((next += 1)).padStart(4, '0')}`);
})();

export async function addCsv(
  client: ApiClient,
  id: string,
  csv: string | Uint8Array<ArrayBuffer>,
  query = '',
): Promise<ApiAnswer<ApiBody<ImportShown>>> {
  return client.raw<ImportShown>(`${CAMPAIGNS}/${id}/recipients${query}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: csv,
  });
}

export async function addPeople(client: ApiClient, id: string, numbers: readonly string[]): Promise<void> {
  const answer = await addCsv(client, id, `phone\n${numbers.join('\n')}\n`);
  if (answer.status !== 200 || answer.body.data.added !== numbers.length)
    throw new Error(`Handing in recipients answered ${answer.status}: ${answer.text}`);
}

export async function act(
  client: ApiClient,
  id: string,
  action: string,
  body?: unknown,
): Promise<ApiAnswer<ApiBody<CampaignShown>>> {
  return client.post<CampaignShown>(`${CAMPAIGNS}/${id}/${action}`, body ?? {});
}

/** The same, for tests that are about what comes after. */
export async function acted(client: ApiClient, id: string, action: string): Promise<CampaignShown> {
  const answer = await act(client, id, action);
  if (answer.status !== 200) throw new Error(`${action} answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

export async function campaign(client: ApiClient, id: string): Promise<CampaignShown> {
  return (await client.get<CampaignShown>(`${CAMPAIGNS}/${id}`)).body.data;
}

export async function campaignWhen(
  client: ApiClient,
  id: string,
  isWanted: (campaign: CampaignShown) => boolean,
  timeoutMs = 30_000,
): Promise<CampaignShown> {
  return eventually(() => campaign(client, id), isWanted, { timeoutMs });
}

export async function recipients(client: ApiClient, id: string, query = ''): Promise<RecipientShown[]> {
  const path = `${CAMPAIGNS}/${id}/recipients?limit=100${query}`;
  return (await client.get<{ recipients: RecipientShown[] }>(path)).body.data.recipients;
}

/** What was told of a campaign, in the order of telling. */
export async function eventsOf(
  app: TestApp,
  id: string,
): Promise<{ kind: string; payload: Record<string, unknown> }[]> {
  return app.db.query(
    `SELECT kind, payload FROM domain_events WHERE payload->>'campaignId' = $1 ORDER BY created_at, id`,
    [id],
  );
}
