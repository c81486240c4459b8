import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { newId } from '../../database/ids';

export const ASSET_KINDS = ['waba', 'phone_number', 'page', 'instagram'] as const;
/** Meta's things that webhooks name and tokens open. */
export type AssetKind = (typeof ASSET_KINDS)[number];

/** Which connected account owns a thing of Meta's. One owner at a time; a released row stays for what points at it. */
@Entity('assets')
@Unique('assets_by_meta_id', ['accountId', 'kind', 'metaId'])
@Index('assets_owner', ['kind', 'metaId'], { unique: true, where: 'released_at IS NULL' })
export class AssetEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id: AssetId = newId<AssetId>();
  @Column({ type: 'text' }) kind!: AssetKind;
  /** Meta's id: WABA id, phone number id, Page id or Instagram account id. */
  @Column({ name: 'meta_id', type: 'text' }) metaId!: string;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @Column({ name: 'released_at', type: 'timestamptz', nullable: true }) releasedAt!: Date | null;
}
