import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AccountId, AssetId, InstagramPublicationId } from '../../database/ids';
import type { PublicationKind } from './instagram-publication.entity';

/** What Meta makes of one file, or of a carousel's parts together, before it can be published. */
@Entity('instagram_publication_containers')
export class InstagramPublicationContainerEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ name: 'publication_id', type: 'uuid' }) publicationId!: InstagramPublicationId;
  /** 0: what is published; from 1 on the parts of a carousel. */
  @PrimaryColumn({ type: 'smallint' }) position!: number;
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  @Column({ type: 'text' }) kind!: PublicationKind;
  /** Meta's; null until it told it. */
  @Column({ name: 'container_id', type: 'text', nullable: true }) containerId!: string | null;
  /** In Meta's words: `IN_PROGRESS`, `FINISHED`, `PUBLISHED`, `ERROR`, `EXPIRED`; null until Meta was asked. */
  @Column({ type: 'text', nullable: true }) status!: string | null;
  @Column({ name: 'status_text', type: 'text', nullable: true }) statusText!: string | null;
  @Column({ name: 'checked_at', type: 'timestamptz', nullable: true }) checkedAt!: Date | null;
  /** Meta counts each, also those of which the answer was lost. */
  @Column({ type: 'integer' }) creations!: number;
  @Column({ name: 'last_creation_at', type: 'timestamptz', nullable: true }) lastCreationAt!: Date | null;
}
