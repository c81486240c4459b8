/** Meta's objects that we subscribe to, each with the fields that this service knows what to do with (or keeps). */
export const WEBHOOK_OBJECTS = ['whatsapp_business_account', 'page', 'instagram', 'permissions'] as const;
export type WebhookObject = (typeof WEBHOOK_OBJECTS)[number];

/** Source: Meta's webhook reference of each object, Graph API v26.0. */
const FIELDS: Record<WebhookObject, readonly string[]> = {
  whatsapp_business_account: [
    'messages',
    'message_template_status_update',
    'message_template_quality_update',
    'message_template_components_update',
    'template_category_update',
    'phone_number_quality_update',
    'phone_number_name_update',
    'account_update',
    'account_alerts',
    'account_review_update',
    'business_capability_update',
    'security',
    'flows',
    'user_preferences',
    'history',
    'smb_message_echoes',
    'smb_app_state_sync',
    'calls',
    'group_lifecycle_update',
    'group_participants_update',
    'group_settings_update',
    'group_status_update',
    'business_username_update',
    'payment_configuration_update',
    'partner_solutions',
    'tracking_events',
    'automatic_events',
  ],
  page: [
    'messages',
    'message_echoes',
    'message_edits',
    'message_reactions',
    'message_deliveries',
    'message_reads',
    'messaging_postbacks',
    'messaging_referrals',
    'messaging_optins',
    'messaging_optouts',
    'messaging_handovers',
    'standby',
    'messaging_policy_enforcement',
    'messaging_account_linking',
    'messaging_feedback',
    'response_feedback',
    'send_cart',
    'messenger_template_status_update',
    'feed',
    'mention',
    'ratings',
    'leadgen',
    'videos',
    'live_videos',
  ],
  instagram: [
    'messages',
    'message_reactions',
    'message_edit',
    'messaging_postbacks',
    'messaging_seen',
    'messaging_referral',
    'messaging_handover',
    'messaging_optins',
    'standby',
    'comments',
    'live_comments',
    'mentions',
    'story_insights',
    'share_to_story',
  ],
  // Beside it, every permission is a field of this object.
  permissions: ['connected'],
};

/**
 * What one of our field names stands for beyond the field of that very name. WhatsApp has no field for deliveries: its
 * statuses come in `messages`, and asking it for `message_deliveries` fails the whole subscription.
 */
const MEANINGS: Readonly<Record<string, Partial<Record<WebhookObject, readonly string[]>>>> = {
  messages: {
    page: ['messages', 'message_echoes', 'message_edits', 'message_reactions'],
    instagram: ['messages', 'message_reactions', 'message_edit'],
  },
  message_deliveries: {
    whatsapp_business_account: ['messages'],
    page: ['message_deliveries', 'message_reads'],
    instagram: ['messaging_seen'],
  },
};

/**
 * Fields that keep our own picture of templates, numbers, accounts, flows, groups and calls right. They come with every
 * subscription to WhatsApp, for without them a rejected template, a restricted account or a call would go unnoticed.
 */
const STATE_OF_WHATSAPP = [
  'message_template_status_update',
  'message_template_quality_update',
  'message_template_components_update',
  'template_category_update',
  'phone_number_quality_update',
  'phone_number_name_update',
  'account_update',
  'account_alerts',
  'account_review_update',
  'business_capability_update',
  'security',
  'user_preferences',
  'flows',
  'group_lifecycle_update',
  'group_participants_update',
  'group_settings_update',
  'group_status_update',
  'calls',
] as const;

/**
 * What keeps conversations of Pages and Instagram accounts, and our own picture of the Page, right. They come with every
 * subscription to messages there: without them an answer of a human in Meta's inbox, that another app has taken a
 * conversation over, or that Meta has blocked the Page would go unnoticed; and what a story came to is told once, when it ends.
 */
const STATE_OF_CHANNELS: Readonly<Partial<Record<WebhookObject, readonly string[]>>> = {
  page: [
    'messaging_referrals',
    'messaging_optins',
    'messaging_handovers',
    'standby',
    'messaging_policy_enforcement',
  ],
  instagram: ['messaging_referral', 'messaging_optins', 'messaging_handover', 'standby', 'story_insights'],
};

/** Every name that `configure` accepts. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  WEBHOOK_OBJECTS.filter((object) => object !== 'permissions').flatMap((object) => FIELDS[object]),
);

/**
 * The fields to ask Meta for, object by object, so that what was asked of us is delivered. An object that none of the
 * wanted fields concerns is left out.
 * @param wanted names that are `true` in the configuration
 * @param permissions those that this service asks people for; losing one is worth knowing
 */
export function fieldsByObject(
  wanted: readonly string[],
  permissions: readonly string[],
): Map<WebhookObject, string[]> {
  const result = new Map<WebhookObject, string[]>();
  for (const object of WEBHOOK_OBJECTS) {
    const fields = new Set(
      wanted.flatMap((name) => MEANINGS[name]?.[object] ?? (FIELDS[object].includes(name) ? [name] : [])),
    );
    if (object === 'whatsapp_business_account' && fields.size > 0)
      for (const field of STATE_OF_WHATSAPP) fields.add(field);
    if (fields.has('messages')) for (const field of STATE_OF_CHANNELS[object] ?? []) fields.add(field);
    if (object === 'permissions' && wanted.length > 0)
      for (const field of [...FIELDS.permissions, ...permissions]) fields.add(field);
    if (fields.size > 0) result.set(object, [...fields]);
  }
  return result;
}
