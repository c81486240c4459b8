import { SEED } from '../../sandbox/world-seed';
import type { DoctorReport } from '../../src/doctor/doctor-report';
import type { Finding } from '../../src/doctor/finding';
import type { ApiClient } from '../api-client';
import type { TestApp } from '../test-app';
import { PAGES, PAGE_SCOPES } from './facebook-pages.factory';
import { type Messenger, aMessenger } from './messaging.factory';
import { sandboxOf } from './meta-login';

export const DOCTOR = '/api/meta/doctor';

const SCOPES = [
  ...PAGE_SCOPES,
  'whatsapp_business_management',
  'whatsapp_business_messaging',
  'instagram_manage_messages',
];

/** A user whose WhatsApp number and Page are connected, and all of whose webhooks arrive. */
export async function aShop(app: TestApp, admin: ApiClient): Promise<Messenger> {
  const shop = await aMessenger(app, admin, { scopes: SCOPES });
  const connected = await shop.client.post(`${PAGES}/${SEED.pageId}/connect`);
  if (connected.status !== 200) throw new Error(`Connecting the Page answered ${connected.text}`);
  // Once more, for the Page's object.
  const configured = await shop.client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields: { messages: true, message_deliveries: true },
  });
  if (configured.body.data.status !== 'active') throw new Error(`Webhooks answered ${configured.text}`);
  return shop;
}

/** The seeded world again, and nobody's accounts. */
export async function clearWorld(app: TestApp): Promise<void> {
  sandboxOf(app).reset();
  sandboxOf(app).clearFaults();
  await app.db.query('DELETE FROM meta_accounts');
  for (const table of ['webhook_app_subscriptions', 'webhook_refusals', 'webhook_quarantine'])
    await app.db.query(`DELETE FROM ${table}`);
  await app.db.query('DELETE FROM webhook_digests');
  await app.db.query('DELETE FROM webhook_deliveries');
  // What the tests break, nobody mends meanwhile.
  await app.db.query(`UPDATE webhook_watch SET next_check_at = now() + interval '1 hour'`);
}

/** Looked at now. @param accountId left out, of the service */
export async function examined(
  client: ApiClient,
  accountId?: string,
  canary?: boolean,
): Promise<DoctorReport> {
  const answer = await client.post<DoctorReport>(`${DOCTOR}/run`, { accountId, canary });
  if (answer.status !== 200) throw new Error(`The doctor answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** What is not well, in a form that a test can read. */
export function complaints(report: DoctorReport): Pick<Finding, 'check' | 'severity' | 'title'>[] {
  return (
    report.findings
      // The disk of the machine that runs the tests is not what they are about.
      .filter(({ check, severity }) => severity !== 'ok' && severity !== 'info' && check !== 'media-storage')
      .map(({ check, severity, title }) => ({ check, severity, title }))
  );
}
