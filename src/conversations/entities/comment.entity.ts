import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId, CommentId } from '../../database/ids';
import type { CommentAttachment, CommentMetadata, CommentPlatform } from '../comments/comment-types';
import type { SentimentLabel } from '../conversation-types';

/** A comment under a post of a Page or a media of an Instagram account. */
@Entity('comments')
@Unique('comments_by_external_id', ['accountId', 'assetId', 'externalId'])
@Index('comments_of_post', ['accountId', 'assetId', 'postExternalId', 'commentedAt'])
export class CommentEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: CommentId;
  /** The Page or Instagram account. */
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  @Column({ type: 'text' }) platform!: CommentPlatform;
  /** Meta's id. */
  @Column({ name: 'external_id', type: 'text' }) externalId!: string;
  /** False as long as only changes of it came: it is shown to nobody then. */
  @Column({ name: 'is_complete', type: 'boolean' }) isComplete!: boolean;
  /** Meta's id of the post or media. */
  @Column({ name: 'post_external_id', type: 'text', nullable: true }) postExternalId!: string | null;
  /** Meta's id of the comment that this one answers. */
  @Column({ name: 'parent_external_id', type: 'text', nullable: true }) parentExternalId!: string | null;
  @Column({ name: 'author_id', type: 'text', nullable: true }) authorId!: string | null;
  @Column({ name: 'author_name', type: 'text', nullable: true }) authorName!: string | null;
  @Column({ name: 'author_username', type: 'text', nullable: true }) authorUsername!: string | null;
  @Column({ name: 'author_told_at', type: 'timestamptz', nullable: true }) authorToldAt!: Date | null;
  /** The Page or account wrote it itself. */
  @Column({ name: 'by_business', type: 'boolean' }) byBusiness!: boolean;
  @Column({ type: 'text', nullable: true }) text!: string | null;
  @Column({ type: 'jsonb', nullable: true }) attachment!: CommentAttachment | null;
  /** Up to when text and attachment are known to be as they are. */
  @Column({ name: 'text_told_at', type: 'timestamptz', nullable: true }) textToldAt!: Date | null;
  @Column({ name: 'commented_at', type: 'timestamptz', nullable: true }) commentedAt!: Date | null;
  @Column({ name: 'edited_at', type: 'timestamptz', nullable: true }) editedAt!: Date | null;
  @Column({ name: 'is_hidden', type: 'boolean' }) isHidden!: boolean;
  @Column({ name: 'hidden_told_at', type: 'timestamptz', nullable: true }) hiddenToldAt!: Date | null;
  /** As of `likesToldAt`; null where Meta does not show it. */
  @Column({ name: 'like_count', type: 'integer', nullable: true }) likeCount!: number | null;
  @Column({ name: 'likes_told_at', type: 'timestamptz', nullable: true }) likesToldAt!: Date | null;
  /** The Page likes it itself. */
  @Column({ name: 'is_liked', type: 'boolean', nullable: true }) isLiked!: boolean | null;
  @Column({ name: 'liked_told_at', type: 'timestamptz', nullable: true }) likedToldAt!: Date | null;
  @Column({ name: 'removed_at', type: 'timestamptz', nullable: true }) removedAt!: Date | null;
  /** Meta's id of the comment that its thread begins with, as far as that is known. */
  @Column({ name: 'thread_external_id', type: 'text', nullable: true }) threadExternalId!: string | null;
  /** Its place in its conversation, from 1; a bigint, so text in JavaScript. Null: it never stood there. */
  @Column({ name: 'thread_seq', type: 'bigint', nullable: true }) threadSeq!: string | null;
  @Column({ type: 'text', nullable: true }) sentiment!: SentimentLabel | null;
  @Column({ type: 'numeric', precision: 3, scale: 2, nullable: true }) confidence!: string | null;
  /** From -1 to 1. */
  @Column({ name: 'sentiment_score', type: 'real', nullable: true }) sentimentScore!: number | null;
  /** ISO 639-1. */
  @Column({ name: 'sentiment_language', type: 'text', nullable: true }) sentimentLanguage!: string | null;
  @Column({ name: 'sentiment_model', type: 'text', nullable: true }) sentimentModel!: string | null;
  @Column({ type: 'jsonb' }) metadata!: CommentMetadata;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
