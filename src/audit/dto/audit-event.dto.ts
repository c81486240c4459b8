import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsUUID, Length, Matches, MaxLength } from 'class-validator';
import { ValidationFailedError } from '../../errors/app.error';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import {
  AUDIT_ACTOR_KINDS,
  AUDIT_OUTCOMES,
  type AuditActorKind,
  type AuditFields,
  type AuditOutcome,
} from '../audit-event';
import type { AuditFilter } from '../audit-filter';
import type { StoredAuditEvent } from '../stored-audit-event';
import { LONGEST_INSTANT } from '../../http/body-fields';

const INSTANT = 'must be a time such as 2026-03-14T09:26:53Z';

export class AuditFilterQuery {
  /** Only of this connected account. Otherwise of all that are yours to look after. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only what this user has done, also by API keys. */
  @IsOptional() @IsUUID() actorId?: string;

  /** Only this, for instance `member.set`. @example member.set */
  @ApiProperty({ type: String, required: false, example: 'member.set' })
  @IsOptional()
  @Matches(/^[a-z_]{1,40}\.[a-z_]{1,40}$/, {
    message: 'action must be a kind of thing and what was done, such as member.set',
  })
  action?: string;

  /** Only what was done with things of this kind: the first part of `action`. */
  @ApiProperty({ type: String, required: false, example: 'member' })
  @IsOptional()
  @Matches(/^[a-z_]{1,40}$/, { message: 'resourceType must be a kind of thing, such as member' })
  resourceType?: string;

  /** Only what was done with this one; send `resourceType` as well. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,200}$/, { message: 'resourceId must be an id of at most 200 characters' })
  resourceId?: string;

  /** Only what ended like this. */
  @ApiProperty({ enum: AUDIT_OUTCOMES, required: false })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES)
  outcome?: AuditOutcome;

  /** Only what was begun then or later. */
  @ApiProperty({ type: String, format: 'date-time', required: false })
  @IsOptional()
  @Length(10, 40, { message: `from ${INSTANT}` })
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true }, { message: `from ${INSTANT}` })
  from?: string;

  /** Only what was begun before then. */
  @ApiProperty({ type: String, format: 'date-time', required: false })
  @IsOptional()
  @Length(10, 40, { message: `to ${INSTANT}` })
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true }, { message: `to ${INSTANT}` })
  to?: string;
}

export class AuditEventsQuery extends IntersectionType(AuditFilterQuery, CursorPageQuery) {}

/** Who did it. */
export class AuditActorDto {
  /** `api_key`: a program, with a user's key. `meta`: one of Meta's callbacks. `system`: a schedule or a command. */
  @ApiProperty({ type: String, enum: AUDIT_ACTOR_KINDS, example: 'user' }) kind!: AuditActorKind;
  /** The user, also of an API key; null for strangers, Meta and the system. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) id!: string | null;
  /** As the user is called now; of the system which schedule or command. */
  @ApiProperty({ type: String, nullable: true, example: 'Ada Admin' }) name!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' }) email!: string | null;
  /** What the credential allowed at the time. */
  @ApiProperty({ type: String, nullable: true, example: 'admin' }) role!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) apiKeyId!: string | null;
}

/** One write, from the moment it was asked for. */
export class AuditEventDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** The connected account it is about; null for what is the service's own. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) accountId!: string | null;
  @ApiProperty({ type: AuditActorDto }) actor!: AuditActorDto;
  /** The kind of thing, and what was done with it. */
  @ApiProperty({ type: String, example: 'member.set' }) action!: string;
  /** The route, or the command. */
  @ApiProperty({ type: String, example: 'PUT /api/meta/auth/accounts/:id/members/:userId' })
  operation!: string;
  @ApiProperty({ type: String, example: 'member' }) resourceType!: string;
  @ApiProperty({ type: String, nullable: true }) resourceId!: string | null;
  /**
   * `succeeded`. `refused`: nothing was done, `errorCode` says why. `failed`: it went wrong on this side or at Meta, and part of
   * it may have been done. `unknown`: it is being done at this moment, or the process ended in the middle of it.
   */
  @ApiProperty({ type: String, enum: AUDIT_OUTCOMES, example: 'succeeded' }) outcome!: AuditOutcome;
  /** What was answered; null for what was no request. */
  @ApiProperty({ type: 'integer', nullable: true, example: 200 }) status!: number | null;
  @ApiProperty({ type: String, nullable: true, example: null }) errorCode!: string | null;
  /** Where the request came from. */
  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' }) address!: string | null;
  /** The `X-Request-Id` of its answer, which the log has as well. */
  @ApiProperty({ type: String, nullable: true }) requestId!: string | null;
  /** When it was begun. */
  @ApiProperty({ type: Date }) startedAt!: Date;
  /** When it was over; null while the outcome is `unknown`. */
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;
  /** When what it said of a person was removed, at the person's wish. */
  @ApiProperty({ type: Date, nullable: true, example: null }) redactedAt!: Date | null;

  static from(row: StoredAuditEvent): AuditEventDto {
    return Object.assign(new AuditEventDto(), shown(row));
  }
}

export class AuditEventDetailDto extends AuditEventDto {
  /** What was sent: settings without secrets; of messages and the like which fields there were, and ids. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { role: 'owner' } })
  request!: AuditFields | null;
  /** What was changed, as it was; of what is removed all. Secrets are `[masked]`, what is about people `[personal]`. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { role: 'member' } })
  before!: AuditFields | null;
  /** What was changed, as it is since; of what is new all. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { role: 'owner' } })
  after!: AuditFields | null;

  static override from(row: StoredAuditEvent): AuditEventDetailDto {
    const { request, before, after } = row;
    return Object.assign(new AuditEventDetailDto(), shown(row), { request, before, after });
  }
}

export class AuditEventPageDto {
  @ApiProperty({ type: [AuditEventDto] }) events!: AuditEventDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

/**
 * What a query asks for.
 * @throws ValidationFailedError for the id of a thing without its kind: ids are looked up by kind
 */
export function filterOf(query: AuditFilterQuery): AuditFilter {
  const { actorId, action, resourceType, resourceId, outcome, from, to } = query;
  if (resourceId !== undefined && resourceType === undefined)
    throw ValidationFailedError.of('resourceType', 'required', 'Send resourceType beside resourceId.');
  return {
    actorId,
    action,
    resourceType,
    resourceId,
    outcome,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
}

function shown(row: StoredAuditEvent): AuditEventDto {
  return {
    id: row.id,
    accountId: row.account_id,
    actor: {
      kind: row.actor_kind,
      id: row.actor_id,
      name: row.user_name ?? row.actor_name,
      email: row.user_email,
      role: row.actor_role,
      apiKeyId: row.api_key_id,
    },
    action: row.action,
    operation: row.operation,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    outcome: row.outcome,
    status: row.status,
    errorCode: row.error_code,
    address: row.address,
    requestId: row.request_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    redactedAt: row.redacted_at,
  };
}
