import { ApiProperty } from '@nestjs/swagger';
import { IsIn, Matches, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryInt, QueryList } from '../../http/query-fields';
import {
  type CampaignRecipientEntity,
  RECIPIENT_STATES,
  type RecipientState,
} from '../entities/campaign-recipient.entity';
import {
  type CampaignImportEntity,
  type ImportSource,
  type ImportState,
} from '../entities/campaign-import.entity';

export class RecipientFilterQuery {
  /** Only recipients in one of these states, comma-separated. */
  @IfPresent()
  @QueryList()
  @IsIn(RECIPIENT_STATES, { each: true })
  state?: RecipientState[];

  /** Only those with this reason: Meta's code or a word of ours. */
  @IfPresent()
  @Matches(/^[A-Za-z0-9_]{1,64}$/, { message: 'code must be a code such as 131026' })
  code?: string;
}

export class RecipientsQuery extends CursorPageQuery {
  /** Only recipients in one of these states, comma-separated. */
  @IfPresent()
  @QueryList()
  @IsIn(RECIPIENT_STATES, { each: true })
  state?: RecipientState[];

  /** Only those with this reason: Meta's code or a word of ours. */
  @IfPresent()
  @Matches(/^[A-Za-z0-9_]{1,64}$/, { message: 'code must be a code such as 131026' })
  code?: string;
}

/** Somebody who is to get a campaign's message. */
export class CampaignRecipientDto {
  id!: string;
  /** Phone number with `+`, or business-scoped user id. @example +16505551234 */
  to!: string;
  /** The line of the file, or the place in the JSON list, that it came in. */
  line!: number;
  /** By column. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { first_name: 'Ana' } })
  parameters!: Record<string, string>;
  @ApiProperty({ type: String, enum: RECIPIENT_STATES, example: 'delivered' }) state!: RecipientState;
  /** The message, once it is ordered: `GET /messages/{id}` tells the rest. */
  @ApiProperty({ type: String, nullable: true }) messageId!: string | null;
  /** Why it failed or was left out: Meta's code, or `opted_out`, `marketing_opted_out`, `duplicate`. */
  @ApiProperty({ type: String, nullable: true, example: '131026' }) code!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Message undeliverable' }) reason!: string | null;
  /** How many messages were ordered: more than one only after a second try. */
  attempt!: number;
  @ApiProperty({ type: Date }) updatedAt!: Date;
}

export function recipientDto(recipient: CampaignRecipientEntity): CampaignRecipientDto {
  return {
    id: recipient.id,
    to: shownRecipient(recipient.recipient),
    line: recipient.line,
    parameters: recipient.parameters,
    state: recipient.state,
    messageId: recipient.messageId,
    code: recipient.reasonCode,
    reason: recipient.reason,
    attempt: recipient.attempt,
    updatedAt: recipient.updatedAt,
  };
}

/** Digits with a plus; ids as they are. */
export function shownRecipient(recipient: string): string {
  return /^\d+$/.test(recipient) ? `+${recipient}` : recipient;
}

export class CampaignRecipientPageDto {
  @ApiProperty({ type: [CampaignRecipientDto] }) recipients!: CampaignRecipientDto[];
  /** In the order of the list: `after` goes on. */
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class ImportErrorDto {
  /** Of the file, from 1 with the header; of a JSON list the place, from 1. */
  line!: number;
  /** Stable: `recipient.invalid`, `parameter.missing`, `template.too_long`, `csv.quote`, … @example recipient.invalid */
  code!: string;
  /** What is wrong and what to write. */
  message!: string;
}

export class ImportEndDto {
  /** Stable: `UPLOAD_BROKEN`, `csv.quote_open`, … @example UPLOAD_BROKEN */
  code!: string;
  message!: string;
}

/** What became of a list of recipients. */
export class CampaignImportDto {
  id!: string;
  @ApiProperty({ type: String, enum: ['json', 'csv'], example: 'csv' }) source!: ImportSource;
  @ApiProperty({ type: String, nullable: true, example: 'customers.csv' }) fileName!: string | null;
  /**
   * `broken`: it could not be read to its end. Everything up to `lineReached` is there; the same list, sent again, is
   * completed and nobody is added twice.
   */
  @ApiProperty({ type: String, enum: ['running', 'completed', 'broken'], example: 'completed' })
  state!: ImportState;
  /** People that the list named, good or not. */
  lines!: number;
  added!: number;
  /** Already among the recipients, by this list or an earlier one. */
  duplicates!: number;
  /** Lines with an error. */
  invalid!: number;
  lineReached!: number;
  /** Why it is broken. */
  @ApiProperty({ type: ImportEndDto, nullable: true }) error!: { code: string; message: string } | null;
  /** The file's columns. */
  @ApiProperty({ type: [String], nullable: true, example: ['phone', 'first_name'] }) columns!:
    string[] | null;
  @ApiProperty({ type: Date }) createdAt!: Date;
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;
}

export function importDto(imported: CampaignImportEntity): CampaignImportDto {
  const { id, source, fileName, state, lines, added, duplicates, invalid, lineReached } = imported;
  const { error, columns, createdAt, finishedAt } = imported;
  return {
    id,
    source,
    fileName,
    state,
    lines,
    added,
    duplicates,
    invalid,
    lineReached,
    error,
    columns,
    createdAt,
    finishedAt,
  };
}

export class ImportedRecipientsDto extends CampaignImportDto {
  /** The first 20 lines with errors; `GET …/imports/{importId}/errors` lists up to 1,000. */
  @ApiProperty({ type: [ImportErrorDto] }) errors!: ImportErrorDto[];
}

export class CampaignImportListDto {
  /** Newest first, 100 at most. */
  @ApiProperty({ type: [CampaignImportDto] }) imports!: CampaignImportDto[];
}

export class ImportErrorsQuery {
  /** How many at most. */
  @QueryInt({ min: 1, max: 1_000 }) limit: number = 100;
  /** Only errors of lines behind this one: the last line of the page before. */
  @QueryInt({ min: 0 }) afterLine: number = 0;
}

export class ImportErrorPageDto {
  @ApiProperty({ type: [ImportErrorDto] }) errors!: ImportErrorDto[];
  /** How many lines of the list have errors; the first 1,000 are kept. */
  total!: number;
  /** `afterLine` of the next page; null on the last. */
  @ApiProperty({ type: Number, nullable: true }) nextAfterLine!: number | null;
}

export class ImportQuery {
  /** The name of the column with the phone numbers; `phone`, `mobile`, `WhatsApp` and the like are found without. */
  @IfPresent() @MaxLength(200) column?: string;
}

/** Why some did not get the message, the commonest reason first. */
export class CampaignReasonDto {
  @ApiProperty({ type: String, enum: ['failed', 'skipped', 'unknown'], example: 'failed' })
  state!: RecipientState;
  /** Meta's code, or a word of ours. */
  @ApiProperty({ type: String, nullable: true, example: '131026' }) code!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Message undeliverable' }) title!: string | null;
  count!: number;
  /** What it means, in plain words; null for a code that is not documented. */
  @ApiProperty({ type: String, nullable: true }) cause!: string | null;
  /** `meta`, `developer`, `business`, `customer` or `nobody`. */
  @ApiProperty({ type: String, nullable: true, example: 'customer' }) whoMustAct!: string | null;
  /** Whether a second try may succeed without anybody doing anything. */
  @ApiProperty({ type: Boolean, nullable: true }) retryHelps!: boolean | null;
}

export class CampaignReasonsDto {
  @ApiProperty({ type: [CampaignReasonDto] }) reasons!: CampaignReasonDto[];
}

export class RetriedRecipientsDto {
  /** How many get another message. */
  retried!: number;
}
