import type { DataSource } from 'typeorm';
import { newId } from '../src/database/ids';
import { PlantedRows, type Planting, type Row } from './planted-rows';
import type { TestApp } from './test-app';

/** A user with a connected account, of which every table has something. */
export interface PlantedTenant {
  /** Stands in every text that is the tenant's, and nowhere else. */
  mark: string;
  accountId: string;
  rows: Readonly<Record<string, Row>>;
  /** Of each kind of Meta's things one: its id here and at Meta. */
  assets: Readonly<Record<AssetName, { id: string; metaId: string }>>;
  /** Of each platform one, where the tables have all of them in one. */
  messages: Readonly<Record<PlatformName, string>>;
  comments: Readonly<
    Record<'facebook' | 'instagram', { id: string; answerId: string; postExternalId: string }>
  >;
}

const ASSETS = ['waba', 'phone_number', 'page', 'instagram'] as const;
type AssetName = (typeof ASSETS)[number];
const PLATFORMS = ['whatsapp', 'messenger', 'instagram'] as const;
type PlatformName = (typeof PLATFORMS)[number];
const ASSET_OF: Readonly<Record<PlatformName, AssetName>> = {
  whatsapp: 'phone_number',
  messenger: 'page',
  instagram: 'instagram',
};

/**
 * @param ownerId a user of the service
 * @param accountId the user's connected account
 * @param letter tells the tenants apart
 */
export async function plantTenant(
  { db }: Pick<TestApp, 'db'>,
  { ownerId, accountId, letter }: { ownerId: string; accountId: string; letter: 'A' | 'B' },
): Promise<PlantedTenant> {
  const mark = `Planted${letter}`;
  // Ids of Meta are digits.
  const digits = letter === 'A' ? '7701' : '7702';
  await db.query('UPDATE meta_accounts SET name = $2 WHERE id = $1', [accountId, `${mark} account`]);
  const [account] = await db.query<[Row]>('SELECT * FROM meta_accounts WHERE id = $1', [accountId]);
  const members = await db.query<Row[]>('SELECT * FROM account_members WHERE account_id = $1', [accountId]);
  const [user] = await db.query<[Row]>('SELECT * FROM users WHERE id = $1', [ownerId]);
  const assets: Record<string, { id: string; metaId: string }> = {};
  for (const [index, kind] of ASSETS.entries()) {
    assets[kind] = { id: newId(), metaId: `${digits}00000001${index}` };
    await insert(db, 'assets', {
      account_id: account.id,
      id: assets[kind].id,
      kind,
      meta_id: assets[kind].metaId,
      name: `${mark} asset`,
    });
  }
  const known = assets as PlantedTenant['assets'];
  const rows = await (
    await PlantedRows.of(db)
  ).plant(
    db,
    mark,
    {
      meta_accounts: account,
      users: user,
      account_members: members[0] ?? {},
      assets: { account_id: account.id, id: known.phone_number.id, meta_id: known.phone_number.metaId },
    },
    specialRows(known, digits),
  );
  return {
    mark,
    accountId,
    rows,
    assets: known,
    messages: await plantMessages(db, rows, known),
    comments: await plantComments(db, rows, known),
  };
}

const REPORT_WISH = { datasets: ['overview'], granularity: 'day', platforms: null, channelIds: null };

/** What cannot be guessed: what checks ask for, whose shape the service reads, and which of Meta's things it is about. */
function specialRows(assets: PlantedTenant['assets'], digits: string): Record<string, Planting> {
  const { waba, phone_number: number, page, instagram } = assets;
  const onPage: Planting = () => ({ asset_id: page.id });
  const onInstagram: Planting = () => ({ asset_id: instagram.id });
  return {
    contact_merges: (row) => ({ merged_id: row['contacts.id'], ended_at: new Date(), ended_how: 'undone' }),
    contacts: () => ({ person_id: null }),
    contact_identities: () => ({ kind: 'wa_id', value: `${digits}5551234` }),
    conversations: () => ({
      platform: 'whatsapp',
      last_message_at: new Date(),
      group_id: '',
      comment_thread_id: '',
    }),
    messages: () => ({
      platform: 'whatsapp',
      direction: 'outbound',
      sender_type: 'agent',
      status: 'accepted',
    }),
    comments: () => ({
      ...onPage({}),
      post_external_id: `${page.metaId}_51`,
      is_complete: true,
      commented_at: new Date(),
      external_id: `${digits}_31`,
    }),
    comment_actions: onPage,
    facebook_pages: () => ({
      id: page.id,
      page_id: page.metaId,
      status: 'available',
      access_token: null,
      instagram_id: null,
    }),
    facebook_publications: onPage,
    // The day of what is planted elsewhere notes itself.
    figure_days: () => ({ day: '2026-01-02' }),
    instagram_accounts: () => ({
      id: instagram.id,
      ig_account_id: instagram.metaId,
      page_id: page.metaId,
      status: 'connected',
      connected_at: new Date(),
    }),
    instagram_publications: () => ({ ...onInstagram({}), media_id: `${digits}000061` }),
    // Due in an hour: nobody works on what is planted.
    report_schedules: () => ({
      wish: JSON.stringify(REPORT_WISH),
      format: 'json',
      relative_range: 'yesterday',
      cron: '0 8 * * *',
      time_zone: 'UTC',
      next_run_at: new Date(Date.now() + 3_600_000),
      stopped: null,
    }),
    reports: () => ({
      wish: JSON.stringify(REPORT_WISH),
      format: 'json',
      time_zone: 'UTC',
      state: 'failed',
      error: null,
      expires_at: new Date(Date.now() + 86_400_000),
    }),
    sentiment_batches: () => ({ state: 'completed', expires_at: new Date(Date.now() + 86_400_000) }),
    mentions: onInstagram,
    page_leads: onPage,
    page_ratings: onPage,
    page_reactions: onPage,
    message_opt_ins: onPage,
    whatsapp_business_accounts: () => ({ id: waba.id, waba_id: waba.metaId }),
    whatsapp_onboardings: () => ({ waba_id: waba.metaId, phone_number_id: number.metaId }),
    whatsapp_phone_numbers: () => ({ id: number.id, phone_number_id: number.metaId }),
    whatsapp_templates: () => ({ template_id: `${digits}41`, name: `planted_${digits}` }),
  };
}

async function plantMessages(
  db: DataSource,
  rows: Readonly<Record<string, Row>>,
  assets: PlantedTenant['assets'],
): Promise<PlantedTenant['messages']> {
  const messages: Record<string, string> = { whatsapp: String(rows.messages?.id) };
  for (const platform of PLATFORMS.slice(1)) {
    const place = { platform, asset_id: assets[ASSET_OF[platform]].id };
    const [conversation] = await insert(db, 'conversations', {
      ...rows.conversations,
      ...place,
      id: newId(),
    });
    const [message] = await insert(db, 'messages', {
      ...rows.messages,
      ...place,
      id: newId(),
      conversation_id: conversation.id,
    });
    messages[platform] = String(message.id);
  }
  return messages as PlantedTenant['messages'];
}

async function plantComments(
  db: DataSource,
  rows: Readonly<Record<string, Row>>,
  assets: PlantedTenant['assets'],
): Promise<PlantedTenant['comments']> {
  const of = (comment: Row | undefined, answer: Row | undefined) => ({
    id: String(comment?.id),
    answerId: String(answer?.id),
    postExternalId: String(comment?.post_external_id),
  });
  const media = rows.instagram_publications?.media_id;
  const place = { platform: 'instagram', asset_id: assets.instagram.id };
  const [comment] = await insert(db, 'comments', {
    ...rows.comments,
    ...place,
    post_external_id: media,
    id: newId(),
  });
  const [answer] = await insert(db, 'comment_actions', {
    ...rows.comment_actions,
    ...place,
    id: newId(),
    comment_id: comment.id,
  });
  return { facebook: of(rows.comments, rows.comment_actions), instagram: of(comment, answer) };
}

async function insert(db: DataSource, table: string, row: Row): Promise<[Row]> {
  const columns = Object.keys(row);
  return db.query(
    `INSERT INTO ${table} (${columns.map((name) => `"${name}"`).join(', ')})
     VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING *`,
    Object.values(row).map((value) =>
      typeof value === 'object' &&
      value !== null &&
      !(value instanceof Date) &&
      !Buffer.isBuffer(value) &&
      !Array.isArray(value)
        ? JSON.stringify(value)
        : value,
    ),
  );
}
