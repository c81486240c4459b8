import type { FastifyRequest } from 'fastify';
import type { AuditTableName } from './audit-tables';

/** What a route that writes is about. */
export interface AuditSubject {
  /** As `contact.merge`: the kind of thing, and what is done with it. */
  action: string;
  /** Of which rows before and after are kept. */
  table?: AuditTableName;
  /** The parameter of the path that names the thing. */
  param?: string;
  /** The column that the parameter is the value of. */
  column?: string;
  /** A parameter of the path that names the account. */
  accountParam?: string;
  /** Where the answer has the id of what was made; null where there is nothing new. */
  answer?: string;
  /** The answer's id is one of this column. */
  answerColumn?: string;
  /** `shown`: settings, as they were sent. Else only an outline: which fields, which ids. */
  request?: 'shown';
  /**
   * Done by the thousand, or by nobody known yet: one row at the end, instead of one that is finished then. What is sent has
   * been written down with its sender before anything happens, so that nothing is without a trace when the process dies.
   */
  once?: true;
  /** Logins: who it was is known from the answer. */
  session?: true;
  /** Not of one account: shown to the admins of the service. */
  ofService?: true;
}

/** A route that has no event, and why. */
export interface Unaudited {
  unaudited: string;
}

type More = Partial<AuditSubject>;

/** Something that is done with a row that is there. */
const row = (action: string, table: AuditTableName, more: More = {}): AuditSubject => ({
  action,
  table,
  param: 'id',
  column: 'id',
  ...more,
});
/** Something new. */
const made = (action: string, table: AuditTableName, more: More = {}): AuditSubject => ({
  action,
  table,
  answer: 'id',
  ...more,
});
/** Something that is no row of ours, or many of them. */
const act = (action: string, more: More = {}): AuditSubject => ({ action, ...more });
const unaudited = (reason: string): Unaudited => ({ unaudited: reason });

const shown: More = { request: 'shown' };
const service: More = { ofService: true };
const send: More = { once: true, answer: 'id' };
const number: More = { param: 'id', column: 'phone_number_id' };
const page: More = { param: 'pageId', column: 'page_id' };
const instagram: More = { param: 'accountId', column: 'ig_account_id' };

const INBOX = unaudited('Deliveries are kept as they came, in webhook_deliveries.');
const READS_ONLY = unaudited('It changes nothing.');
const OWN_BOOKMARKS = unaudited('Who has read what is kept with the time, and told to nobody.');
const IN_TRANSACTION = unaudited(
  'Meta asks for it: each account that it is about gets an event, with the change.',
);

/**
 * Every route that writes, as `METHOD /pattern`. A route that is missing here is recorded all the same, by its pattern; a test
 * fails until it is named.
 */
export const AUDIT_SUBJECTS: Readonly<Record<string, AuditSubject | Unaudited>> = {
  // Users, logins and keys.
  'POST /api/auth/register': act('user.register', { ...service, session: true, once: true }),
  'POST /api/auth/login': act('session.open', { ...service, session: true, once: true }),
  'POST /api/auth/refresh': act('session.refresh', { ...service, session: true, once: true }),
  'POST /api/auth/logout': act('session.close', { ...service, session: true, once: true }),
  'POST /admin/login': act('session.open', { ...service, session: true, once: true }),
  'POST /admin/logout': act('session.close', { ...service, once: true }),
  'POST /api/auth/password': act('user.change_password', service),
  'POST /api/auth/api-keys': made('api_key.create', 'api_keys', { ...service, ...shown }),
  'DELETE /api/auth/api-keys/:id': row('api_key.revoke', 'api_keys', service),
  'POST /api/users': made('user.create', 'users', { ...service, ...shown }),
  'PATCH /api/users/:id': row('user.update', 'users', { ...service, ...shown }),
  'POST /api/users/:id/unlock': row('user.unlock', 'users', service),
  'DELETE /api/users/:id': row('user.delete', 'users', service),

  // Connected accounts.
  'POST /api/meta/auth/connect': made('account.connect', 'meta_accounts', { answer: 'accountId' }),
  'POST /api/meta/auth/refresh-token': act('account.refresh_token', shown),
  'DELETE /api/meta/auth/accounts/:id': row('account.disconnect', 'meta_accounts'),
  'PUT /api/meta/auth/accounts/:id/members/:userId': row('member.set', 'account_members', {
    ...{ param: 'userId', column: 'user_id', accountParam: 'id' },
    ...shown,
  }),
  'DELETE /api/meta/auth/accounts/:id/members/:userId': row('member.remove', 'account_members', {
    ...{ param: 'userId', column: 'user_id', accountParam: 'id' },
  }),
  'POST /api/meta/auth/deauthorize': IN_TRANSACTION,
  'POST /api/meta/auth/data-deletion': IN_TRANSACTION,
  'POST /api/meta/auth/signup-cancellations': act('signup.cancel', { ...service, answer: 'id' }),

  // The service's own doctor.
  'POST /api/meta/doctor/run': act('doctor.run', service),

  // Webhooks.
  'POST /api/meta/webhook/events': INBOX,
  'POST /api/whatsapp/webhook': INBOX,
  'POST /api/messenger/webhook': INBOX,
  'POST /api/meta/webhook': made('webhook.configure', 'webhook_configs', shown),
  'POST /api/meta/webhook/configure': made('webhook.configure', 'webhook_configs', shown),
  'POST /api/meta/webhook/deliveries/:id/replay': row(
    'webhook_delivery.replay',
    'webhook_deliveries',
    service,
  ),
  'POST /api/meta/webhook/deliveries/replay': act('webhook_delivery.replay_all', { ...service, ...shown }),
  'POST /api/meta/webhook/gaps/:id/repair': row('webhook_gap.repair', 'webhook_gaps'),
  'POST /api/meta/webhook/subscriptions/check': act('webhook.check_subscriptions', shown),

  // The inbox.
  'POST /api/meta/conversations/labels': made('label.create', 'labels', shown),
  'PATCH /api/meta/conversations/labels/:labelId': row('label.update', 'labels', {
    param: 'labelId',
    ...shown,
  }),
  'DELETE /api/meta/conversations/labels/:labelId': row('label.delete', 'labels', { param: 'labelId' }),
  'PATCH /api/meta/conversations': act('conversation.update_many'),
  'PATCH /api/meta/conversations/:id': row('conversation.update', 'conversations'),
  'POST /api/meta/conversations/:id/messages': row('message.send', 'conversations', {
    ...send,
    answer: 'messageId',
  }),
  'POST /api/meta/conversations/:id/claim': row('conversation.claim', 'conversations'),
  'POST /api/meta/conversations/:id/read': OWN_BOOKMARKS,
  'POST /api/meta/conversations/:id/unread': OWN_BOOKMARKS,
  'POST /api/meta/conversations/:id/notes': made('note.create', 'conversation_notes'),
  'PATCH /api/meta/conversations/:id/notes/:noteId': row('note.update', 'conversation_notes', {
    param: 'noteId',
  }),
  'DELETE /api/meta/conversations/:id/notes/:noteId': row('note.delete', 'conversation_notes', {
    param: 'noteId',
  }),
  'DELETE /api/meta/contacts/:id': row('contact.erase', 'contacts'),
  'PATCH /api/meta/contacts/:id': row('contact.update', 'contacts'),
  'POST /api/meta/contacts/:id/export': row('contact.export', 'contacts'),
  'POST /api/meta/contacts/:id/merge': row('contact.merge', 'contacts'),
  'POST /api/meta/contacts/:id/merges/:mergeId/undo': row('contact_merge.undo', 'contact_merges', {
    param: 'mergeId',
  }),
  'DELETE /api/meta/media/:id': row('message_media.delete', 'message_media'),

  // WhatsApp: accounts and numbers.
  'POST /api/meta/whatsapp/account/sync': act('whatsapp_account.sync', shown),
  'POST /api/meta/whatsapp/account/subscriptions': act('whatsapp_account.subscribe', shown),
  'PUT /api/meta/whatsapp/account/callback-override': act('whatsapp_account.set_callback', shown),
  'DELETE /api/meta/whatsapp/account/callback-override': act('whatsapp_account.unset_callback'),
  'POST /api/meta/whatsapp/account/onboardings/:onboardingId/retry': row(
    'onboarding.retry',
    'whatsapp_onboardings',
    {
      param: 'onboardingId',
    },
  ),
  'PUT /api/meta/whatsapp/business-profile': act('whatsapp_number.set_profile', shown),
  'POST /api/meta/whatsapp/phone-numbers': made('whatsapp_number.create', 'whatsapp_phone_numbers', {
    ...{ answer: 'phoneNumberId', answerColumn: 'phone_number_id' },
    ...shown,
  }),
  'POST /api/meta/whatsapp/phone-numbers/:id/display-name': row(
    'whatsapp_number.set_display_name',
    'whatsapp_phone_numbers',
    { ...number, ...shown },
  ),
  'POST /api/meta/whatsapp/phone-numbers/:id/request-code': row(
    'whatsapp_number.request_code',
    'whatsapp_phone_numbers',
    number,
  ),
  'POST /api/meta/whatsapp/phone-numbers/:id/verify-code': row(
    'whatsapp_number.verify_code',
    'whatsapp_phone_numbers',
    number,
  ),
  'POST /api/meta/whatsapp/phone-numbers/:id/register': row(
    'whatsapp_number.register',
    'whatsapp_phone_numbers',
    number,
  ),
  'POST /api/meta/whatsapp/phone-numbers/:id/deregister': row(
    'whatsapp_number.deregister',
    'whatsapp_phone_numbers',
    number,
  ),
  'PUT /api/meta/whatsapp/phone-numbers/:id/two-step-pin': row(
    'whatsapp_number.set_pin',
    'whatsapp_phone_numbers',
    number,
  ),
  'POST /api/meta/whatsapp/phone-numbers/:id/two-step-pin/reveal': row(
    'whatsapp_number.reveal_pin',
    'whatsapp_phone_numbers',
    number,
  ),
  'PUT /api/meta/whatsapp/phone-numbers/:id/settings': row(
    'whatsapp_number.set_settings',
    'whatsapp_phone_numbers',
    {
      ...number,
      ...shown,
    },
  ),
  'PUT /api/meta/whatsapp/phone-numbers/:id/username': row(
    'whatsapp_number.set_username',
    'whatsapp_phone_numbers',
    {
      ...number,
      ...shown,
    },
  ),
  'DELETE /api/meta/whatsapp/phone-numbers/:id/username': row(
    'whatsapp_number.delete_username',
    'whatsapp_phone_numbers',
    number,
  ),
  'PUT /api/meta/whatsapp/phone-numbers/:id/conversational-automation': row(
    'whatsapp_number.set_automation',
    'whatsapp_phone_numbers',
    { ...number, ...shown },
  ),
  'POST /api/meta/whatsapp/phone-numbers/:id/qr-codes': row(
    'whatsapp_number.create_qr_code',
    'whatsapp_phone_numbers',
    {
      ...number,
      ...shown,
    },
  ),
  'PUT /api/meta/whatsapp/phone-numbers/:id/qr-codes/:code': row(
    'whatsapp_number.update_qr_code',
    'whatsapp_phone_numbers',
    { ...number, ...shown },
  ),
  'DELETE /api/meta/whatsapp/phone-numbers/:id/qr-codes/:code': row(
    'whatsapp_number.delete_qr_code',
    'whatsapp_phone_numbers',
    number,
  ),
  'PUT /api/meta/whatsapp/phone-numbers/:id/callback-override': row(
    'whatsapp_number.set_callback',
    'whatsapp_phone_numbers',
    { ...number, ...shown },
  ),
  'DELETE /api/meta/whatsapp/phone-numbers/:id/callback-override': row(
    'whatsapp_number.unset_callback',
    'whatsapp_phone_numbers',
    number,
  ),

  // WhatsApp: templates.
  'POST /api/meta/whatsapp/templates': made('template.create', 'whatsapp_templates', shown),
  'DELETE /api/meta/whatsapp/templates': act('template.delete_by_name'),
  'PUT /api/meta/whatsapp/templates/:id': row('template.update', 'whatsapp_templates', shown),
  'DELETE /api/meta/whatsapp/templates/:id': row('template.delete', 'whatsapp_templates'),
  'POST /api/meta/whatsapp/templates/lint': READS_ONLY,
  'POST /api/meta/whatsapp/templates/preview': READS_ONLY,
  'POST /api/meta/whatsapp/templates/:id/preview': READS_ONLY,
  'POST /api/meta/whatsapp/templates/samples': act('template.upload_sample'),
  'POST /api/meta/whatsapp/templates/analytics/enable': act('template.enable_analytics', shown),
  'POST /api/meta/whatsapp/templates/:id/unpause': row('template.unpause', 'whatsapp_templates'),
  'POST /api/meta/whatsapp/templates/:id/archive': row('template.archive', 'whatsapp_templates'),
  'POST /api/meta/whatsapp/templates/:id/unarchive': row('template.unarchive', 'whatsapp_templates'),
  'POST /api/meta/whatsapp/templates/migrate': act('template.migrate', shown),
  'POST /api/meta/whatsapp/templates/authentication': act('template.create_authentication', shown),

  // WhatsApp: messages, media, calls, groups, campaigns, flows.
  'POST /api/meta/whatsapp/messages': act('message.send', send),
  'DELETE /api/meta/whatsapp/messages/:id': row('message.cancel', 'messages'),
  'POST /api/meta/whatsapp/messages/:id/read': act('message.mark_read', { once: true, param: 'id' }),
  'POST /api/meta/whatsapp/blocked': act('blocked_user.block'),
  'DELETE /api/meta/whatsapp/blocked': act('blocked_user.unblock'),
  'POST /api/meta/whatsapp/media': made('media_upload.create', 'media_uploads'),
  'DELETE /api/meta/whatsapp/media/:id': row('media_upload.delete', 'media_uploads'),
  'POST /api/meta/whatsapp/calls': made('call.start', 'whatsapp_calls'),
  'POST /api/meta/whatsapp/calls/:id/pre-accept': row('call.pre_accept', 'whatsapp_calls'),
  'POST /api/meta/whatsapp/calls/:id/accept': row('call.accept', 'whatsapp_calls'),
  'POST /api/meta/whatsapp/calls/:id/reject': row('call.reject', 'whatsapp_calls'),
  'POST /api/meta/whatsapp/calls/:id/terminate': row('call.terminate', 'whatsapp_calls'),
  'PUT /api/meta/whatsapp/calls/settings': act('call.set_settings', shown),
  'POST /api/meta/whatsapp/groups': made('group.create', 'whatsapp_groups'),
  'PATCH /api/meta/whatsapp/groups/:id': row('group.update', 'whatsapp_groups'),
  'DELETE /api/meta/whatsapp/groups/:id': row('group.delete', 'whatsapp_groups'),
  'POST /api/meta/whatsapp/groups/:id/participants/remove': row(
    'group.remove_participants',
    'whatsapp_groups',
  ),
  'POST /api/meta/whatsapp/groups/:id/invite-link/reset': row('group.reset_invite_link', 'whatsapp_groups'),
  'POST /api/meta/whatsapp/groups/:id/join-requests/approve': row(
    'group.approve_requests',
    'whatsapp_groups',
  ),
  'POST /api/meta/whatsapp/groups/:id/join-requests/reject': row('group.reject_requests', 'whatsapp_groups'),
  'POST /api/meta/whatsapp/campaigns': made('campaign.create', 'campaigns'),
  'PATCH /api/meta/whatsapp/campaigns/:id': row('campaign.update', 'campaigns'),
  'DELETE /api/meta/whatsapp/campaigns/:id': row('campaign.delete', 'campaigns'),
  'POST /api/meta/whatsapp/campaigns/:id/start': row('campaign.start', 'campaigns', shown),
  'POST /api/meta/whatsapp/campaigns/:id/pause': row('campaign.pause', 'campaigns'),
  'POST /api/meta/whatsapp/campaigns/:id/resume': row('campaign.resume', 'campaigns'),
  'POST /api/meta/whatsapp/campaigns/:id/cancel': row('campaign.cancel', 'campaigns'),
  'POST /api/meta/whatsapp/campaigns/:id/recipients': row('campaign.add_recipients', 'campaigns'),
  'POST /api/meta/whatsapp/campaigns/:id/recipients/retry': row(
    'campaign.retry_recipients',
    'campaigns',
    shown,
  ),
  'POST /api/meta/whatsapp/flows/encryption': act('flow_key.create', shown),
  'POST /api/meta/whatsapp/flows/endpoint/:id': unaudited(
    'A customer fills in a form: Meta asks what comes next.',
  ),
  'POST /api/meta/whatsapp/flows': made('flow.create', 'whatsapp_flows'),
  'PATCH /api/meta/whatsapp/flows/:id': row('flow.update', 'whatsapp_flows', shown),
  'DELETE /api/meta/whatsapp/flows/:id': row('flow.delete', 'whatsapp_flows'),
  'PUT /api/meta/whatsapp/flows/:id/json': row('flow.set_json', 'whatsapp_flows'),
  'POST /api/meta/whatsapp/flows/:id/publish': row('flow.publish', 'whatsapp_flows'),
  'POST /api/meta/whatsapp/flows/:id/deprecate': row('flow.deprecate', 'whatsapp_flows'),
  'PUT /api/meta/whatsapp/flows/:id/endpoint': row('flow.set_endpoint', 'whatsapp_flows', shown),
  'DELETE /api/meta/whatsapp/flows/:id/endpoint': row('flow.unset_endpoint', 'whatsapp_flows'),

  // Facebook.
  'POST /api/meta/facebook/pages/:pageId/connect': row('page.connect', 'facebook_pages', page),
  'DELETE /api/meta/facebook/pages/:pageId': row('page.disconnect', 'facebook_pages', page),
  'POST /api/meta/facebook/posts': made('facebook_post.create', 'facebook_publications', {
    answer: 'publicationId',
    ...shown,
  }),
  'PATCH /api/meta/facebook/posts/:id': row('facebook_post.update', 'facebook_publications', shown),
  'DELETE /api/meta/facebook/posts/:id': row('facebook_post.delete', 'facebook_publications'),
  'POST /api/meta/facebook/publications/:id/retry': row(
    'facebook_post.retry',
    'facebook_publications',
    shown,
  ),
  'POST /api/meta/facebook/publications/:id/resolve': row(
    'facebook_post.resolve',
    'facebook_publications',
    shown,
  ),
  'POST /api/meta/facebook/posts/:id/comments': act('comment.create', { answer: 'id' }),
  'PATCH /api/meta/facebook/comments/:id': row('comment.update', 'comments'),
  'DELETE /api/meta/facebook/comments/:id': row('comment.delete', 'comments'),
  'POST /api/meta/facebook/comments/:id/replies': row('comment.reply', 'comments'),
  'POST /api/meta/facebook/comments/:id/private-reply': row('comment.reply_privately', 'comments'),
  'POST /api/meta/facebook/comments/:id/hide': row('comment.hide', 'comments'),
  'DELETE /api/meta/facebook/comments/:id/hide': row('comment.show', 'comments'),
  'POST /api/meta/facebook/comments/:id/like': row('comment.like', 'comments'),
  'DELETE /api/meta/facebook/comments/:id/like': row('comment.unlike', 'comments'),
  'POST /api/meta/facebook/messages': act('message.send', send),
  'POST /api/meta/facebook/messages/attachments': act('attachment.upload'),
  'DELETE /api/meta/facebook/messages/:id': row('message.cancel', 'messages'),
  'POST /api/meta/facebook/messages/:id/read': act('message.mark_read', { once: true, param: 'id' }),
  'PUT /api/meta/facebook/messenger-profile': act('messenger_profile.set', shown),
  'DELETE /api/meta/facebook/messenger-profile': act('messenger_profile.delete'),
  'POST /api/meta/facebook/threads/pass': act('thread.pass'),
  'POST /api/meta/facebook/threads/take': act('thread.take'),
  'POST /api/meta/facebook/threads/request': act('thread.request'),
  'POST /api/meta/facebook/threads/release': act('thread.release'),

  // Instagram.
  'POST /api/meta/instagram/accounts/:accountId/connect': row(
    'instagram_account.connect',
    'instagram_accounts',
    instagram,
  ),
  'DELETE /api/meta/instagram/accounts/:accountId': row(
    'instagram_account.disconnect',
    'instagram_accounts',
    instagram,
  ),
  'POST /api/meta/instagram/media/:id/comments': act('comment.create', { answer: 'id' }),
  'DELETE /api/meta/instagram/comments/:id': row('comment.delete', 'comments'),
  'POST /api/meta/instagram/comments/:id/replies': row('comment.reply', 'comments'),
  'POST /api/meta/instagram/comments/:id/private-reply': row('comment.reply_privately', 'comments'),
  'POST /api/meta/instagram/comments/:id/hide': row('comment.hide', 'comments'),
  'DELETE /api/meta/instagram/comments/:id/hide': row('comment.show', 'comments'),
  'POST /api/meta/instagram/media': made('instagram_post.create', 'instagram_publications', shown),
  'DELETE /api/meta/instagram/media/:id': act('instagram_post.delete_media', { param: 'id' }),
  'POST /api/meta/instagram/media/:id/settings': act('instagram_post.set_settings', {
    param: 'id',
    ...shown,
  }),
  'PATCH /api/meta/instagram/publications/:id': row('instagram_post.update', 'instagram_publications', shown),
  'DELETE /api/meta/instagram/publications/:id': row('instagram_post.cancel', 'instagram_publications'),
  'POST /api/meta/instagram/publications/:id/retry': row(
    'instagram_post.retry',
    'instagram_publications',
    shown,
  ),
  'POST /api/meta/instagram/messages': act('message.send', send),
  'POST /api/meta/instagram/messages/attachments': act('attachment.upload'),
  'DELETE /api/meta/instagram/messages/:id': row('message.cancel', 'messages'),
  'POST /api/meta/instagram/messages/:id/read': act('message.mark_read', { once: true, param: 'id' }),
  'POST /api/meta/instagram/messages/:id/reaction': row('message.react', 'messages'),
  'DELETE /api/meta/instagram/messages/:id/reaction': row('message.unreact', 'messages'),
  'PUT /api/meta/instagram/messenger-profile': act('messenger_profile.set', shown),
  'DELETE /api/meta/instagram/messenger-profile': act('messenger_profile.delete'),
  'POST /api/meta/instagram/threads/pass': act('thread.pass'),
  'POST /api/meta/instagram/threads/take': act('thread.take'),
  'POST /api/meta/instagram/threads/request': act('thread.request'),
  'POST /api/meta/instagram/threads/release': act('thread.release'),

  // Analytics, sentiment, notifications.
  'POST /api/meta/analytics/reports': made('report.create', 'reports', shown),
  'DELETE /api/meta/analytics/reports/:id': row('report.delete', 'reports'),
  'POST /api/meta/analytics/reports/:id/retry': row('report.retry', 'reports'),
  'POST /api/meta/analytics/report-schedules': made('report_schedule.create', 'report_schedules', shown),
  'PATCH /api/meta/analytics/report-schedules/:id': row('report_schedule.update', 'report_schedules', shown),
  'DELETE /api/meta/analytics/report-schedules/:id': row('report_schedule.delete', 'report_schedules'),
  'POST /api/meta/analytics/report-schedules/:id/run': row('report_schedule.run', 'report_schedules'),
  'PUT /api/meta/sentiment/messages/:id': row('message.correct_sentiment', 'messages'),
  'DELETE /api/meta/sentiment/messages/:id': row('message.uncorrect_sentiment', 'messages'),
  'POST /api/meta/sentiment/reanalyze': made('sentiment_scan.create', 'sentiment_scans', shown),
  'POST /api/meta/sentiment/reanalyses/:id/cancel': row('sentiment_scan.cancel', 'sentiment_scans'),
  'POST /api/meta/sentiment/batches': made('sentiment_batch.create', 'sentiment_batches'),
  'DELETE /api/meta/sentiment/batches/:id': row('sentiment_batch.delete', 'sentiment_batches'),
  'POST /api/meta/sentiment/batches/:id/cancel': row('sentiment_batch.cancel', 'sentiment_batches'),
  'POST /api/meta/sentiment/analyze': READS_ONLY,
  'PUT /api/meta/notifications/preferences': act('notification_preferences.set', { ...service, ...shown }),
  'POST /api/meta/notifications/read-all': OWN_BOOKMARKS,
  'POST /api/meta/notifications/:id/read': OWN_BOOKMARKS,
  'POST /api/meta/notifications/endpoints': made('endpoint.create', 'notification_endpoints', shown),
  'PATCH /api/meta/notifications/endpoints/:id': row('endpoint.update', 'notification_endpoints', shown),
  'DELETE /api/meta/notifications/endpoints/:id': row('endpoint.delete', 'notification_endpoints'),
  'POST /api/meta/notifications/endpoints/:id/secret/rotate': row(
    'endpoint.rotate_secret',
    'notification_endpoints',
  ),
  'POST /api/meta/notifications/endpoints/:id/test': row('endpoint.test', 'notification_endpoints'),
  'POST /api/meta/notifications/endpoints/:endpointId/deliveries/:deliveryId/replay': row(
    'endpoint_delivery.replay',
    'notification_deliveries',
    { param: 'deliveryId' },
  ),
  'POST /api/meta/notifications/endpoints/:endpointId/replay': row(
    'endpoint.replay',
    'notification_endpoints',
    {
      param: 'endpointId',
      ...shown,
    },
  ),
};

/** As `PATCH /api/users/:id`: the pattern, not the address. */
export function operationOf({
  method,
  routeOptions,
}: Pick<FastifyRequest, 'method' | 'routeOptions'>): string {
  return `${method} ${routeOptions.url ?? 'unknown'}`;
}

/** @returns null where it is not recorded */
export function subjectOf(operation: string): AuditSubject | null {
  const known = AUDIT_SUBJECTS[operation];
  if (known === undefined) return { action: 'other.write' };
  return 'unaudited' in known ? null : known;
}
