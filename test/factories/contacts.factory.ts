import type { ArrivedMessage, IdentityKind, Platform } from '../../src/conversations/conversation-types';
import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { type AssetId, newId } from '../../src/database/ids';
import type { ApiClient, TestUser } from '../api-client';
import type { TestApp } from '../test-app';
import { type Tenant, aTenant, anArrivedMessage } from './conversations.factory';

export const CONTACTS = '/api/meta/contacts';

/** An account with a number, a Page and an Instagram account, and its owner. */
export interface Workspace extends Tenant {
  assets: Readonly<Record<Platform, AssetId>>;
  user: TestUser;
  client: ApiClient;
}

export interface ContactView {
  id: string;
  accountId: string;
  name: string | null;
  namedBy: string | null;
  username: string | null;
  attributes: Record<string, unknown>;
  note: string | null;
  identities: { kind: string; value: string }[];
  mergedIds: string[];
  optedOutAt: string | null;
  marketingOptedOutAt: string | null;
  conversations: { id: string; platform: string; agentId: string | null }[];
}

const PLATFORM_OF: Readonly<Record<IdentityKind, Platform>> = {
  wa_id: 'whatsapp',
  phone: 'whatsapp',
  bsuid: 'whatsapp',
  parent_bsuid: 'whatsapp',
  psid: 'messenger',
  igsid: 'instagram',
};

export async function aWorkspace(app: TestApp, admin: ApiClient): Promise<Workspace> {
  const tenant = await aTenant(app.db);
  const assets = { whatsapp: tenant.assetId, messenger: newId<AssetId>(), instagram: newId<AssetId>() };
  for (const [platform, kind] of [
    ['messenger', 'page'],
    ['instagram', 'instagram'],
  ] as const)
    await app.db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, $3, $4)`, [
      tenant.accountId,
      assets[platform],
      kind,
      `m${assets[platform]}`,
    ]);
  const user = await admin.createUser('agent');
  await aMember(app, tenant, user, 'owner');
  return { ...tenant, assets, user, client: app.api.as(user) };
}

export async function aMember(
  app: TestApp,
  { accountId }: Pick<Tenant, 'accountId'>,
  user: TestUser,
  role: 'owner' | 'member' = 'member',
  sees: 'all' | 'assigned' = 'all',
): Promise<void> {
  await app.db.query(
    'INSERT INTO account_members (account_id, user_id, role, sees) VALUES ($1, $2, $3, $4)',
    [accountId, user.id, role, sees],
  );
}

/** What somebody writes, by whatever the platform knows them by. */
export function written(
  workspace: Workspace,
  [kind, value]: readonly [IdentityKind, string],
  changes: Partial<ArrivedMessage> = {},
): ArrivedMessage {
  const platform = PLATFORM_OF[kind];
  return anArrivedMessage(workspace, {
    platform,
    assetId: workspace.assets[platform],
    senderId: value,
    person: { identities: [{ kind, value }], name: null, profile: {} },
    ...changes,
  });
}

export async function arrive(app: TestApp, ...messages: ArrivedMessage[]): Promise<void> {
  await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, messages));
}

/** The contact that an identity is of, merged or not. */
export async function contactIdOf(
  app: TestApp,
  { accountId }: Pick<Tenant, 'accountId'>,
  value: string,
): Promise<string> {
  const rows: { contact_id: string }[] = await app.db.query(
    'SELECT contact_id FROM contact_identities WHERE account_id = $1 AND value = $2',
    [accountId, value],
  );
  if (rows[0] === undefined) throw new Error(`Nobody is known as ${value}.`);
  return rows[0].contact_id;
}

export async function contactOf(client: ApiClient, id: string): Promise<ContactView> {
  const answer = await client.get<ContactView>(`${CONTACTS}/${id}`);
  if (answer.status !== 200) throw new Error(`The contact answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}
