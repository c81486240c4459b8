import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';

/** A place in a flow's text; lines and columns count from 1. */
export interface FlowTextSpan {
  lineStart: number | null;
  lineEnd: number | null;
  columnStart: number | null;
  columnEnd: number | null;
}

/** What Meta found wrong in a flow's text. */
export interface FlowValidationError extends FlowTextSpan {
  /** As `INVALID_PROPERTY_VALUE`. */
  error: string;
  /** As `FLOW_JSON_ERROR`. */
  errorType: string | null;
  message: string;
  pointers: (FlowTextSpan & { path: string | null })[];
}

/** The newest alarm of one kind. */
export interface FlowAlert {
  state: string | null;
  message: string | null;
  at: string;
  details: unknown;
}

/** What a person's phone could not make anything of, told by WhatsApp. */
export interface FlowClientError {
  error: string;
  message: string | null;
  screen: string | null;
  at: string;
}

@Entity('whatsapp_flows')
@Unique('whatsapp_flows_by_meta_id', ['accountId', 'flowId'])
@Index('whatsapp_flows_of_waba', ['accountId', 'whatsappBusinessAccountId', 'id'])
@Index('whatsapp_flows_by_id', ['id'])
export class FlowEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ name: 'whatsapp_business_account_id', type: 'uuid' }) whatsappBusinessAccountId!: AssetId;
  /** Meta's id. */
  @Column({ name: 'flow_id', type: 'text' }) flowId!: string;
  @Column({ type: 'text' }) name!: string;
  /** `DRAFT`, `PUBLISHED`, `DEPRECATED`, `BLOCKED`, `THROTTLED`, as Meta names it. */
  @Column({ type: 'text' }) status!: string;
  @Column({ name: 'status_changed_at', type: 'timestamptz', nullable: true }) statusChangedAt!: Date | null;
  @Column({ type: 'jsonb', default: [] }) categories!: string[];
  @Column({ name: 'validation_errors', type: 'jsonb', default: [] }) validationErrors!: FlowValidationError[];
  @Column({ name: 'json_version', type: 'text', nullable: true }) jsonVersion!: string | null;
  @Column({ name: 'data_api_version', type: 'text', nullable: true }) dataApiVersion!: string | null;
  /** Where WhatsApp asks for the data of screens, as Meta has it. */
  @Column({ name: 'endpoint_uri', type: 'text', nullable: true }) endpointUri!: string | null;
  @Column({ name: 'forward_url', type: 'text', nullable: true }) forwardUrl!: string | null;
  /** Encrypted. */
  @Column({ name: 'forward_secret', type: 'text', nullable: true, select: false }) forwardSecret!:
    string | null;
  @Column({ type: 'jsonb', default: {} }) alerts!: Record<string, FlowAlert>;
  @Column({ name: 'last_client_error', type: 'jsonb', nullable: true })
  lastClientError!: FlowClientError | null;
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz' }) deletedAt!: Date | null;
}
