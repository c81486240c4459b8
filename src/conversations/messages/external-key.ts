import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, MessageId } from '../../database/ids';

/** How Meta names a message: its id, which is unique within one number, Page or Instagram account. */
export interface ExternalKey {
  accountId: AccountId;
  assetId: AssetId;
  externalId: string;
}

/** For maps. */
export function keyOf({ accountId, assetId, externalId }: ExternalKey): string {
  return `${accountId} ${assetId} ${externalId}`;
}

/** Our ids of those messages that we have, by `keyOf`. */
export async function findMessageKeys(
  tx: EntityManager,
  keys: readonly ExternalKey[],
): Promise<Map<string, MessageId>> {
  if (keys.length === 0) return new Map();
  const rows: { account_id: AccountId; asset_id: AssetId; external_id: string; message_id: MessageId }[] =
    await tx.query(
      `SELECT account_id, asset_id, external_id, message_id FROM message_keys
        WHERE (account_id, asset_id, external_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))`,
      [keys.map((key) => key.accountId), keys.map((key) => key.assetId), keys.map((key) => key.externalId)],
    );
  return new Map(
    rows.map((row) => [
      keyOf({ accountId: row.account_id, assetId: row.asset_id, externalId: row.external_id }),
      row.message_id,
    ]),
  );
}

/** As parameters for `unnest($1::uuid[], $2::uuid[], $3::text[]) AS x (account_id, asset_id, external_id)`. */
export function keyColumns(keys: readonly ExternalKey[]): string[][] {
  return [
    keys.map(({ accountId }) => accountId),
    keys.map(({ assetId }) => assetId),
    keys.map(({ externalId }) => externalId),
  ];
}
