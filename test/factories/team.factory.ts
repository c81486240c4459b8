import { MessageStore } from '../../src/conversations/messages/message-store.service';
import type { ArrivedMessage } from '../../src/conversations/conversation-types';
import type { ApiClient, TestUser } from '../api-client';
import type { TestApp } from '../test-app';
import { type Tenant, aTenant, anArrivedMessage } from './conversations.factory';

export interface Member {
  user: TestUser;
  client: ApiClient;
}

/** A connected account that several people work in. */
export interface Team extends Tenant {
  /** Owns the account. */
  owner: Member;
  ada: Member;
  bea: Member;
  /** May only read. */
  viewer: Member;
}

export async function aMember(
  app: TestApp,
  admin: TestUser,
  { accountId }: Pick<Tenant, 'accountId'>,
  role: 'agent' | 'viewer' = 'agent',
  membership: 'owner' | 'member' = 'member',
): Promise<Member> {
  const user = await app.api.as(admin).createUser(role);
  await app.db.query('INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, $3)', [
    accountId,
    user.id,
    membership,
  ]);
  return { user, client: app.api.as(user) };
}

export async function aTeam(app: TestApp, admin: TestUser): Promise<Team> {
  const tenant = await aTenant(app.db);
  return {
    ...tenant,
    owner: await aMember(app, admin, tenant, 'agent', 'owner'),
    ada: await aMember(app, admin, tenant),
    bea: await aMember(app, admin, tenant),
    viewer: await aMember(app, admin, tenant, 'viewer'),
  };
}

/** A customer by a number of the test's own. */
export const customer = (number: number): Partial<ArrivedMessage> => ({
  person: {
    identities: [{ kind: 'wa_id', value: `1650555${String(number).padStart(4, '0')}` }],
    name: `Person ${number}`,
    profile: {},
  },
});

/** @returns the conversation that the message is in */
export async function arrives(
  app: TestApp,
  tenant: Tenant,
  number: number,
  changes: Partial<ArrivedMessage> = {},
): Promise<string> {
  const message = anArrivedMessage(tenant, { ...customer(number), at: new Date(), ...changes });
  const store = app.app.get(MessageStore);
  await app.db.transaction((tx) => store.storeArrived(tx, [message]));
  const rows: { conversation_id: string }[] = await app.db.query(
    `SELECT m.conversation_id FROM message_keys k JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
      WHERE k.account_id = $1 AND k.external_id = $2`,
    [tenant.accountId, message.externalId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The message was not stored.');
  return row.conversation_id;
}
