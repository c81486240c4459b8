import { Column, CreateDateColumn, Entity, PrimaryColumn, Unique, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId, InstagramPublicationId } from '../../database/ids';

export const PUBLICATION_KINDS = ['image', 'video', 'reel', 'story', 'carousel'] as const;
/** `video` is a reel that also shows in the feed: Instagram has no other single videos any more. */
export type PublicationKind = (typeof PUBLICATION_KINDS)[number];

export const PUBLICATION_STATES = [
  'scheduled',
  'queued',
  'creating',
  'processing',
  'ready',
  'publishing',
  'published',
  'failed',
  'unknown',
  'cancelled',
] as const;
/**
 * `scheduled` ► `queued` ► `creating` (Meta is given the files) ► `processing` (Meta works on them) ► `ready` (waits for its
 * time) ► `publishing` (committed before Meta is told to) ► `published`. `unknown`: Meta was told to, and its answer was lost.
 */
export type PublicationState = (typeof PUBLICATION_STATES)[number];

export const WAIT_REASONS = ['quota', 'containers', 'rate_limit', 'meta', 'reauth'] as const;
/** What holds a publication up, besides its time. */
export type WaitReason = (typeof WAIT_REASONS)[number];

/** A person in a picture or video. */
export interface UserTag {
  username: string;
  /** From the left, 0 to 1; only in images. */
  x?: number;
  /** From the top, 0 to 1; only in images. */
  y?: number;
}

/** One file: at an address that Meta fetches, or an upload of ours. */
export interface PublicationFile {
  type: 'image' | 'video';
  url?: string;
  mediaId?: string;
  /** Of an upload. */
  mimeType?: string;
  altText?: string;
  userTags?: UserTag[];
}

/** What is to be published. */
export interface PublicationRequest {
  /** One, or the parts of a carousel in their order. */
  files: PublicationFile[];
  caption?: string;
  locationId?: string;
  collaborators?: string[];
  shareToFeed?: boolean;
  /** An address. */
  coverUrl?: string;
  /** An upload of ours. */
  coverMediaId?: string;
  /** Of the frame that becomes the cover, in milliseconds. */
  thumbOffset?: number;
  audioName?: string;
  onQuotaUsedUp: 'wait' | 'fail';
}

/** Why it was not published. */
export interface PublicationError {
  /** A word of ours, as `MEDIA_UNREACHABLE`. */
  code: string;
  /** What happened, for people. */
  message: string;
  /** What to do about it. */
  advice: string;
  /** Whether ordering the very same again may succeed. */
  retryHelps: boolean;
  metaCode: number | null;
  metaSubcode: number | null;
  /** In Meta's words. */
  metaMessage: string | null;
  fbtraceId: string | null;
}

/** An order to publish something on Instagram. */
@Entity('instagram_publications')
@Unique('instagram_publications_by_media', ['accountId', 'mediaId'])
export class InstagramPublicationEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: InstagramPublicationId;
  /** The Instagram account. */
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  @Column({ type: 'text' }) kind!: PublicationKind;
  @Column({ type: 'jsonb' }) request!: PublicationRequest;
  @Column({ type: 'text' }) state!: PublicationState;
  @Column({ name: 'publish_at', type: 'timestamptz', nullable: true }) publishAt!: Date | null;
  /** When it has to be dealt with; while somebody does, when their claim ends. */
  @Column({ name: 'next_step_at', type: 'timestamptz', nullable: true }) nextStepAt!: Date | null;
  @Column({ name: 'claim_id', type: 'uuid', nullable: true }) claimId!: string | null;
  @Column({ name: 'waiting_for', type: 'text', nullable: true }) waitingFor!: WaitReason | null;
  @Column({ type: 'integer' }) failures!: number;
  @Column({ type: 'integer' }) looks!: number;
  @Column({ type: 'integer' }) rounds!: number;
  @Column({ name: 'processing_since', type: 'timestamptz', nullable: true }) processingSince!: Date | null;
  @Column({ name: 'publishing_at', type: 'timestamptz', nullable: true }) publishingAt!: Date | null;
  @Column({ name: 'publish_calls', type: 'integer' }) publishCalls!: number;
  @Column({ name: 'had_lost_answer', type: 'boolean' }) hadLostAnswer!: boolean;
  @Column({ type: 'jsonb', nullable: true }) error!: PublicationError | null;
  /** Meta's id of what was published. */
  @Column({ name: 'media_id', type: 'text', nullable: true }) mediaId!: string | null;
  @Column({ type: 'text', nullable: true }) permalink!: string | null;
  @Column({ name: 'published_at', type: 'timestamptz', nullable: true }) publishedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
