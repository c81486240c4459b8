import type { DataSource } from 'typeorm';
import type { ArrivedMessage, ArrivedStatus, SendOrder } from '../../src/conversations/conversation-types';
import type { AccountId, AssetId } from '../../src/database/ids';
import { newId } from '../../src/database/ids';

export interface Tenant {
  accountId: AccountId;
  assetId: AssetId;
  userId: string;
}

let counter = 0;

/** A user with a connected account that owns one phone number, straight in the tables. */
export async function aTenant(db: DataSource): Promise<Tenant> {
  counter += 1;
  const userId = newId();
  const accountId = newId<AccountId>();
  const assetId = newId<AssetId>();
  await db.query(`INSERT INTO users (id, email, name, role) VALUES ($1, $2, 'Owner', 'admin')`, [
    userId,
    `owner-${counter}-${userId}@example.com`,
  ]);
  await db.query(
    `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, token_kind, status)
     VALUES ($1, $2, 'facebook', '1', $3, 'user', 'active')`,
    [accountId, userId, `${Date.now()}${counter}`],
  );
  await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'phone_number', $3)`, [
    accountId,
    assetId,
    `1065403${Date.now()}${counter}`,
  ]);
  return { accountId, assetId, userId };
}

export function anArrivedMessage(tenant: Tenant, changes: Partial<ArrivedMessage> = {}): ArrivedMessage {
  return {
    accountId: tenant.accountId,
    assetId: tenant.assetId,
    platform: 'whatsapp',
    externalId: `wamid.${newId()}`,
    person: { identities: [{ kind: 'wa_id', value: '16505551234' }], name: 'Ana', profile: {} },
    groupId: '',
    direction: 'inbound',
    senderType: 'customer',
    senderId: '16505551234',
    type: 'text',
    text: 'Hello',
    content: { body: 'Hello' },
    context: null,
    metadata: {},
    at: new Date('2026-03-14T09:00:00Z'),
    status: 'received',
    live: true,
    ...changes,
  };
}

export function anArrivedStatus(
  tenant: Tenant,
  externalId: string,
  status: ArrivedStatus['status'],
  changes: Partial<ArrivedStatus> = {},
): ArrivedStatus {
  return {
    accountId: tenant.accountId,
    assetId: tenant.assetId,
    externalId,
    status,
    participant: '',
    at: new Date('2026-03-14T10:00:00Z'),
    error: null,
    details: {},
    messageId: null,
    identities: [],
    ...changes,
  };
}

export function aSendOrder(tenant: Tenant, changes: Partial<SendOrder> = {}): SendOrder {
  return {
    accountId: tenant.accountId,
    assetId: tenant.assetId,
    platform: 'whatsapp',
    person: {
      identities: [
        { kind: 'wa_id', value: '16505551234' },
        { kind: 'phone', value: '16505551234' },
      ],
      name: null,
      profile: {},
    },
    groupId: '',
    senderId: tenant.userId,
    type: 'text',
    text: 'Hi Ana',
    content: { body: 'Hi Ana' },
    context: null,
    request: { to: '+16505551234', type: 'text', text: { body: 'Hi Ana' } },
    lane: 'reply',
    sendAt: null,
    ...changes,
  };
}
