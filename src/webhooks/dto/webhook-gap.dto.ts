import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { ASSET_KINDS, type AssetKind } from '../../assets/entities/asset.entity';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import {
  GAP_CAUSES,
  GAP_STATES,
  type GapCause,
  type GapState,
  type WebhookGapEntity,
} from '../entities/webhook-gap.entity';

export class WebhookGapsQuery extends CursorPageQuery {
  /** The connected account; needed only if you have several. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only those that stand so. */
  @ApiProperty({ enum: GAP_STATES, required: false })
  @IsOptional()
  @IsIn(GAP_STATES)
  state?: GapState;
}

/** A time in which events of a number, Page or Instagram account may have been missed. */
export class WebhookGapDto {
  id!: string;
  accountId!: string;
  /** What it is about, by our id. @example 0199f3a4-51aa-7d0e-8a53-7c6e2f40b9d1 */
  assetId!: string;
  @ApiProperty({ enum: ASSET_KINDS, example: 'page' }) kind!: AssetKind;
  /** The same by Meta's id. @example 113470551234567 */
  metaId!: string;
  name!: string | null;
  /** `receiver_down`: this service took no deliveries. `unsubscribed`: Meta sent none, as the subscription was gone. */
  @ApiProperty({ enum: GAP_CAUSES, example: 'receiver_down' }) cause!: GapCause;
  /** Nothing is known to have been missed before. @example 2026-03-14T07:58:12.000Z */
  from!: Date;
  /** From then on events came again. @example 2026-03-14T09:20:40.000Z */
  until!: Date;
  /**
   * `found` and `repairing` become one of the others by themselves. `not_repairable`: Meta lets nobody read it again; see
   * `note`. `failed`: it was tried to the end; see `note`, and ask for another attempt when that is mended.
   */
  @ApiProperty({ enum: GAP_STATES, example: 'repaired' }) state!: GapState;
  /** How often it was tried. @example 1 */
  attempts!: number;
  /** When it is tried next; null when it is not, or when it waits for the account to be connected again. @example null */
  nextAttemptAt!: Date | null;
  /** How many messages, comments and the like Meta still had of that time. @example 14 */
  found!: number;
  /** How many of those had been missing here and were added. @example 3 */
  stored!: number;
  /** What people should know of it, in a sentence or two. @example null */
  note!: string | null;
  createdAt!: Date;
  updatedAt!: Date;

  static from(gap: WebhookGapEntity): WebhookGapDto {
    return Object.assign(new WebhookGapDto(), {
      id: gap.id,
      accountId: gap.accountId,
      assetId: gap.assetId,
      kind: gap.asset?.kind,
      metaId: gap.asset?.metaId,
      name: gap.asset?.name ?? null,
      cause: gap.cause,
      from: gap.fromAt,
      until: gap.untilAt,
      state: gap.state,
      attempts: gap.attempts,
      nextAttemptAt: gap.state === 'found' && !gap.waitsForAccount ? gap.nextAttemptAt : null,
      found: gap.foundCount,
      stored: gap.storedCount,
      note: gap.note,
      createdAt: gap.createdAt,
      updatedAt: gap.updatedAt,
    });
  }
}

export class WebhookGapPageDto {
  /** Those found last come first. */
  @ApiProperty({ type: [WebhookGapDto] }) gaps!: WebhookGapDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}
