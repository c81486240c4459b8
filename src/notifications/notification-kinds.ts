/** What a person can be told of, and what settings call it. */
export const NOTIFICATION_KINDS = {
  'account.reauth_required': 'A Meta account has to be connected again',
  'account.permissions_missing': 'A Meta account has lost permissions',
  'account.token_expiring': 'The connection of a Meta account ends soon',
  'account.disconnected': 'A Meta account was disconnected',
  'asset.adopted': 'Meta named something new, which was added to an account',
  'template.approved': 'A template was approved',
  'template.rejected': 'A template was rejected',
  'template.paused': 'A template was paused',
  'template.disabled': 'A template was disabled',
  'template.recategorised': 'The category of a template changes',
  'template.quality_dropped': 'The quality of a template dropped',
  'whatsapp.number_quality_dropped': 'The quality of a number dropped',
  'whatsapp.number_limit_changed': 'The messaging limit of a number changed',
  'whatsapp.number_throughput_changed': 'The throughput of a number changed',
  'whatsapp.number_unusable': 'Nothing can be sent from a number any more',
  'whatsapp.number_at_risk': 'A number was flagged or restricted',
  'whatsapp.number_sending_refused': 'Meta takes no messages from a number',
  'whatsapp.number_name_declined': 'A display name was declined',
  'whatsapp.number_name_approved': 'A display name was approved',
  'whatsapp.number_security': 'The two-step PIN of a number was changed or switched off',
  'whatsapp.account_restricted': 'A WhatsApp account was restricted',
  'whatsapp.account_violation': 'Meta saw a violation of its policies',
  'whatsapp.account_disabled': 'A WhatsApp account was or will be disabled',
  'whatsapp.account_lost': 'A WhatsApp account can no longer be reached',
  'whatsapp.account_review': 'Meta’s review of a WhatsApp account did not end well',
  'whatsapp.account_limit_changed': 'The messaging limit of a business changed',
  'whatsapp.account_alert': 'Meta warns of something about a WhatsApp account',
  'whatsapp.account_notice': 'Something else about a WhatsApp account changed',
  'whatsapp.flow_problem': 'A flow is blocked, throttled or does not work well',
  'whatsapp.group_suspended': 'A group was suspended',
  'whatsapp.onboarding_failed': 'A step after Embedded Signup failed',
  'webhook.gap_found': 'Events of Meta’s were missed and are being read again',
  'webhook.gap_unrepaired': 'Events of Meta’s were missed and cannot be read again',
  'webhook.delivery_dead': 'Events of Meta’s could not be processed',
  'campaign.paused': 'A campaign was paused by itself',
  'campaign.completed': 'A campaign is completed',
  'service.subscriber_failing': 'The service: a part of it could not deal with events',
  'service.deliveries_dead': 'The service: webhook deliveries could not be processed',
  'service.deliveries_late': 'The service: webhook deliveries are processed too late',
} as const;

export type NotificationKind = keyof typeof NOTIFICATION_KINDS;
export const NOTIFICATION_KIND_NAMES = Object.keys(NOTIFICATION_KINDS) as NotificationKind[];

/** From the least to the most urgent. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

export const SUBJECT_TYPES = [
  'account',
  'waba',
  'phone_number',
  'page',
  'instagram',
  'template',
  'flow',
  'group',
  'onboarding',
  'campaign',
  'gap',
  'delivery',
  'subscriber',
  'service',
] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];
