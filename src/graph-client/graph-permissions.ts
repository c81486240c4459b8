/** Permissions that Meta's messages name; field names such as `instagram_business_account` look alike and are none. */
const PERMISSIONS = [
  'ads_management',
  'ads_read',
  'business_management',
  'catalog_management',
  'instagram_basic',
  'instagram_business_basic',
  'instagram_business_content_publish',
  'instagram_business_manage_comments',
  'instagram_business_manage_insights',
  'instagram_business_manage_messages',
  'instagram_content_publish',
  'instagram_manage_comments',
  'instagram_manage_insights',
  'instagram_manage_messages',
  'leads_retrieval',
  'pages_manage_ads',
  'pages_manage_engagement',
  'pages_manage_metadata',
  'pages_manage_posts',
  'pages_messaging',
  'pages_read_engagement',
  'pages_read_user_content',
  'pages_show_list',
  'public_profile',
  'read_insights',
  'whatsapp_business_manage_events',
  'whatsapp_business_management',
  'whatsapp_business_messaging',
] as const;
const NAMES: ReadonlySet<string> = new Set(PERMISSIONS);

/** The first permission that one of Meta's error messages names, or null. */
export function missingPermissionIn(message: string): string | null {
  const words = message.match(/[a-z]+(?:_[a-z]+)+/g) ?? [];
  const known = words.find((word) => NAMES.has(word));
  if (known !== undefined) return known;
  return /requires?\s+(?:the\s+)?['"]?([a-z]+(?:_[a-z]+)+)['"]?\s+permission/i.exec(message)?.[1] ?? null;
}
