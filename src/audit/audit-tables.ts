/** How rows of a table are found, and what of them is not shown. */
export interface AuditTable {
  /** `account`: only rows of accounts that the user is a member of. `user`: only the user's own. `service`: all. */
  owner: 'account' | 'user' | 'service';
  /** What says whose a row is. */
  ownerColumn: string;
  /** What somebody said, or is called. */
  personal: ReadonlySet<string>;
}

const ofAccount = (...personal: readonly string[]): AuditTable => ({
  owner: 'account',
  ownerColumn: 'account_id',
  personal: new Set(personal),
});

/** The tables of which before and after are kept. */
export const AUDIT_TABLES = {
  account_members: ofAccount(),
  api_keys: { owner: 'user', ownerColumn: 'user_id', personal: new Set<string>() },
  campaigns: ofAccount('defaults'),
  comments: ofAccount('author_id', 'author_name', 'author_username', 'text', 'attachment', 'metadata'),
  contact_merges: ofAccount(),
  contacts: ofAccount('name', 'profile', 'attributes', 'note', 'told_name', 'profile_told_at'),
  conversation_notes: ofAccount('text'),
  conversations: ofAccount('last_message_preview', 'group_id', 'comment_thread_id'),
  facebook_pages: ofAccount(),
  facebook_publications: ofAccount(),
  instagram_accounts: ofAccount(),
  instagram_publications: ofAccount(),
  labels: ofAccount(),
  media_uploads: ofAccount(),
  message_media: ofAccount('file_name'),
  messages: ofAccount('message_text', 'content', 'context', 'metadata', 'external_id', 'error'),
  meta_accounts: { owner: 'account', ownerColumn: 'id', personal: new Set(['name', 'meta_user_id']) },
  notification_deliveries: ofAccount('body', 'last_error'),
  notification_endpoints: ofAccount(),
  report_schedules: ofAccount(),
  reports: ofAccount(),
  sentiment_batches: { owner: 'user', ownerColumn: 'user_id', personal: new Set(['columns']) },
  sentiment_scans: ofAccount(),
  users: { owner: 'service', ownerColumn: 'id', personal: new Set<string>() },
  webhook_configs: ofAccount(),
  webhook_deliveries: {
    owner: 'service',
    ownerColumn: 'id',
    personal: new Set(['body', 'error', 'ignored']),
  },
  webhook_gaps: ofAccount(),
  whatsapp_business_accounts: ofAccount(),
  whatsapp_calls: ofAccount('wa_id', 'user_id', 'name', 'callback_data', 'error'),
  whatsapp_flows: ofAccount('last_client_error'),
  whatsapp_groups: ofAccount('participants', 'subject', 'description'),
  whatsapp_onboardings: ofAccount(),
  whatsapp_phone_numbers: ofAccount(),
  whatsapp_templates: ofAccount(),
} satisfies Record<string, AuditTable>;

export type AuditTableName = keyof typeof AUDIT_TABLES;
