import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseJsonLosslessly } from '../../json/lossless-json';
import type { WebhookEventKind } from '../webhook-events';
import { parseDelivery } from './delivery.parser';
import { isRecord } from './json-reader';

/**
 * Payloads that Meta and makers of client libraries have published. They are not part of this project, so that this
 * file says so and checks nothing where they are absent; the other specs stand alone.
 */
const fixtures = resolve(__dirname, '../../../../shared/meta/fixtures');
const present = existsSync(fixtures);
const receivedAt = new Date('2026-11-21T12:00:00Z');

/** Published without their envelope. */
const VALUE_ONLY = new Map([['history-declined-value-only.json', 'history']]);

const KINDS: [prefix: string, kind: WebhookEventKind][] = [
  ['account-alerts', 'whatsapp.account.alert'],
  ['account-review-update', 'whatsapp.account.reviewed'],
  ['account-update', 'whatsapp.account.updated'],
  ['business-capability-update', 'whatsapp.business.capability'],
  ['calls-connect', 'whatsapp.call'],
  ['calls-status', 'whatsapp.call.status'],
  ['calls-terminate', 'whatsapp.call'],
  ['history', 'whatsapp.history'],
  ['message-edit', 'whatsapp.message.edited'],
  ['message-revoke', 'whatsapp.message.revoked'],
  ['message-system', 'whatsapp.message.system'],
  ['message-template-components-update', 'whatsapp.template.components'],
  ['message-template-quality-update', 'whatsapp.template.quality'],
  ['message-template-status-update', 'whatsapp.template.status'],
  ['message', 'whatsapp.message.received'],
  ['meta-openapi-group', 'whatsapp.group.updated'],
  ['meta-openapi-system', 'whatsapp.message.system'],
  ['meta-openapi', 'whatsapp.message.received'],
  ['partner-solutions', 'whatsapp.partner_solution'],
  ['payment-configuration-update', 'whatsapp.payment_configuration.updated'],
  ['phone-number-name-update', 'whatsapp.phone_number.name'],
  ['phone-number-quality-update', 'whatsapp.phone_number.quality'],
  ['restfb-account-review-update', 'whatsapp.account.reviewed'],
  ['restfb-account-update', 'whatsapp.account.updated'],
  ['restfb-business-username-update', 'whatsapp.business_username.updated'],
  ['restfb-group', 'whatsapp.group.updated'],
  ['restfb-message-system', 'whatsapp.message.system'],
  ['restfb-message', 'whatsapp.message.received'],
  ['restfb-status', 'whatsapp.message.status'],
  ['security', 'whatsapp.security'],
  ['smb-app-state-sync', 'whatsapp.contact.synced'],
  ['smb-message-echoes', 'whatsapp.message.echoed'],
  ['status', 'whatsapp.message.status'],
  ['template-category-update', 'whatsapp.template.category'],
  ['user-preferences', 'whatsapp.user.preference'],
  ['value-errors', 'whatsapp.account.error'],
];

const KINDS_OF_CHANNELS: [prefix: string, kind: WebhookEventKind][] = [
  ['messenger/message-deliveries', 'messenger.message.delivered'],
  // Neither marked as an echo nor sent by the Page, whatever its name says.
  ['messenger/message-echoes-button-template', 'messenger.message.received'],
  ['messenger/message-echoes', 'messenger.message.echoed'],
  ['messenger/message-edits', 'messenger.message.edited'],
  ['messenger/message-reactions', 'messenger.message.reaction'],
  ['messenger/message-reads', 'messenger.message.read'],
  ['messenger/messages-is-deleted', 'messenger.message.revoked'],
  ['messenger/messages', 'messenger.message.received'],
  ['messenger/messaging-account-linking', 'messenger.account_linking'],
  ['messenger/messaging-handovers', 'messenger.handover'],
  ['messenger/messaging-optins', 'messenger.optin'],
  ['messenger/messaging-policy-enforcement', 'messenger.policy_enforcement'],
  ['messenger/messaging-postbacks', 'messenger.postback'],
  ['messenger/messaging-referrals', 'messenger.referral'],
  ['messenger/standby-message-echo', 'messenger.message.echoed'],
  ['instagram/chatwoot-message-unsend', 'instagram.message.revoked'],
  ['instagram/chatwoot-messaging-seen', 'instagram.message.read'],
  ['instagram/chatwoot-story-mention-with-echo', 'instagram.message.echoed'],
  ['instagram/chatwoot', 'instagram.message.received'],
  ['instagram/comments', 'instagram.comment'],
  ['instagram/live-comments', 'instagram.comment'],
  ['instagram/mentions', 'instagram.mention'],
  ['instagram/messages', 'instagram.message.received'],
  ['instagram/messaging-seen', 'instagram.message.read'],
  ['instagram/story-insights', 'instagram.story_insights'],
  ['facebook/feed-comment', 'page.comment'],
  ['facebook/feed-like-add-page', 'page.like'],
  ['facebook/feed-like', 'page.reaction'],
  ['facebook/feed-reaction', 'page.reaction'],
  ...['album', 'event', 'photo', 'post', 'share', 'status', 'video'].map(
    (item): [string, WebhookEventKind] => [`facebook/feed-${item}`, 'page.post'],
  ),
  ['facebook/leadgen', 'page.lead'],
  ['facebook/mention', 'page.mention'],
  ['facebook/ratings-comment', 'page.comment'],
  ['facebook/ratings-reaction', 'page.reaction'],
  ['facebook/ratings', 'page.rating'],
];

/** Made up by its publisher, or published without its content. */
const NOT_UNDERSTOOD = new Map([
  ['facebook/feed-two-entries.json', ['unknown field', 'unknown field']],
  ['facebook/unknown-change-value.json', ['unknown field']],
]);

if (!present) console.warn(`Published payloads were not checked: there is no ${fixtures}.`);

(present ? describe : describe.skip)('published payloads (skipped where their folder is absent)', () => {
  it.each(filesIn('whatsapp'))('whatsapp/%s is understood in full', (name) => {
    const { events, unrecognized } = parseDelivery(read('whatsapp', name), receivedAt);
    const [, kind] = KINDS.find(([prefix]) => name.startsWith(prefix)) ?? [];
    expect(unrecognized).toEqual([]);
    expect(events.map((event) => event.kind)).toContain(kind);
    expect(events.every(({ occurredAt }) => !Number.isNaN(occurredAt.getTime()))).toBe(true);
  });

  it.each(filesIn('permissions'))('permissions/%s is understood in full', (name) => {
    const { events, unrecognized } = parseDelivery(read('permissions', name), receivedAt);
    expect(unrecognized).toEqual([]);
    expect(events).toMatchObject([{ kind: 'permissions.changed', payload: { verb: 'granted' } }]);
  });

  it.each(
    ['messenger', 'instagram', 'facebook'].flatMap((folder) =>
      filesIn(folder).map((name) => [folder, name] as const),
    ),
  )('%s/%s is understood in full, or kept for a good reason', (folder, name) => {
    const { events, unrecognized } = parseDelivery(read(folder, name), receivedAt);
    const [, kind] = KINDS_OF_CHANNELS.find(([prefix]) => `${folder}/${name}`.startsWith(prefix)) ?? [];
    expect(unrecognized.map(({ reason }) => reason)).toEqual(NOT_UNDERSTOOD.get(`${folder}/${name}`) ?? []);
    expect(events.map((event) => event.kind)).toEqual(kind === undefined ? [] : [kind]);
    const asset = folder === 'instagram' ? 'instagram' : 'page';
    expect(events.every((event) => event.asset?.kind === asset)).toBe(true);
    expect(events.every(({ occurredAt }) => !Number.isNaN(occurredAt.getTime()))).toBe(true);
  });
});

function filesIn(folder: string): string[] {
  // `describe.skip` still wants a row, or jest complains about an empty table.
  return present
    ? readdirSync(join(fixtures, folder)).filter((name) => name.endsWith('.json'))
    : ['(absent)'];
}

function read(folder: string, name: string): unknown {
  const body = parseJsonLosslessly(readFileSync(join(fixtures, folder, name), 'utf8'));
  const field = VALUE_ONLY.get(name);
  if (field === undefined) return body;
  if (!isRecord(body) || 'object' in body) throw new Error(`${name} has an envelope by now.`);
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: '102290129340398', changes: [{ field, value: body }] }],
  };
}
