import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AssetRef, AssetsService } from '../../assets/assets.service';
import { ASSET_KINDS, type AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId } from '../../database/ids';
import { AccountAccess } from '../../identity/account-access.service';
import type { Subject } from '../rules/finding';

export type NameLookup = (accountId: AccountId, subject: Subject) => string | null;

/** What people call the things that events name by ids. */
@Injectable()
export class SubjectNames {
  constructor(
    private readonly assets: AssetsService,
    private readonly access: AccountAccess,
  ) {}

  async load(
    tx: EntityManager,
    subjects: readonly { accountId: AccountId; subject: Subject }[],
  ): Promise<NameLookup> {
    const accountIds = [...new Set(subjects.map(({ accountId }) => accountId))];
    const refs = subjects.flatMap(({ subject }) => refOf(subject) ?? []);
    const ids = subjects.flatMap(({ subject }) => subject.assetId ?? []);
    const assets = await this.assets.namesOf(tx, accountIds, { refs, ids });
    const accounts = subjects.some(({ subject }) => subject.type === 'account')
      ? await this.access.namesOf(tx, accountIds)
      : new Map<AccountId, string>();
    const byKey = new Map(
      assets.flatMap(({ accountId, id, kind, metaId, name }) => [
        [`${accountId}:${kind}:${metaId}`, name] as const,
        [`${accountId}:${id}`, name] as const,
      ]),
    );
    return (accountId, subject) => {
      if (subject.name !== undefined && subject.name !== null) return subject.name;
      if (subject.type === 'account') return accounts.get(accountId) ?? null;
      const key = subject.assetId ?? `${subject.type}:${subject.id}`;
      return byKey.get(`${accountId}:${key}`) ?? null;
    };
  }
}

function refOf({ type, id }: Subject): AssetRef | undefined {
  const kind = ASSET_KINDS.find((each): each is AssetKind => each === type);
  return kind === undefined ? undefined : { kind, metaId: id };
}
