import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../database/ids';
import { describeProblem } from '../http/describe-problem';
import { AccountAccess } from '../identity/account-access.service';
import type { AuditActor, AuditEnd, AuditFields, AuditIntent } from './audit-event';
import { type Snapshot, AuditSnapshots } from './audit-snapshots.repository';
import type { AuditSubject } from './audit-subjects';
import { AUDIT_TABLES, type AuditTable } from './audit-tables';
import { AuditWriter } from './audit-writer';
import { changedFields, outlinedRequest, shownRequest, shownRow } from './secret-fields';

/** A request that is being audited. */
export interface AuditTrail {
  subject: AuditSubject;
  request: FastifyRequest;
  intent: AuditIntent;
  /** What the address names. */
  key: string | undefined;
  before: Snapshot | null;
  /** Where no account is named. */
  soleAccountOf: string | null;
}

/** Follows requests that write: what they are about, who makes them, and what has changed afterwards. */
@Injectable()
export class AuditTrails {
  private readonly log = new Logger('Audit');

  constructor(
    private readonly writer: AuditWriter,
    private readonly snapshots: AuditSnapshots,
    private readonly access: AccountAccess,
  ) {}

  /** Has committed that it is about to happen, unless the subject is of those that are written down when they are over. */
  async begin(request: FastifyRequest, operation: string, subject: AuditSubject): Promise<AuditTrail> {
    const { user } = request;
    const key = subject.param === undefined ? undefined : textOf(fieldsOf(request.params)[subject.param]);
    const before = subject.once === true ? null : await this.lookBefore(request, subject, key);
    const accountId =
      before?.accountId ?? (subject.once === true ? null : await this.namedAccount(request, subject));
    const trail: AuditTrail = {
      subject,
      request,
      key,
      before,
      soleAccountOf: subject.ofService === true ? null : (user?.id ?? null),
      intent: {
        id: newId(),
        actor: actorOf(request),
        action: subject.action,
        operation,
        resourceId: before?.id ?? key,
        accountId,
        address: request.ip,
        requestId: request.id,
        request: requestOf(request, subject),
        before: before === null ? null : shownRow(before.row, personalOf(subject)),
        startedAt: new Date(),
      },
    };
    if (subject.once !== true) await this.writer.begin(trail.intent, trail.soleAccountOf);
    return trail;
  }

  /** @param answer what goes out, in its envelope or without one */
  async succeeded(trail: AuditTrail, answer: unknown, reply: FastifyReply): Promise<void> {
    const { subject, before } = trail;
    const fields = answered(answer);
    const made = subject.answer === undefined ? undefined : textOf(fields[subject.answer]);
    const after = await this.lookAfter(trail, made);
    const session = subject.session === true ? sessionUser(fields) : undefined;
    const rowId = subject.once === true ? undefined : (after?.id ?? before?.id);
    const { statusCode: status } = reply;
    // Pages for browsers say what is wrong without throwing it.
    const outcome = status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'succeeded';
    await this.end(trail, {
      outcome,
      status,
      resourceId: session?.id ?? rowId ?? made ?? (await this.userOfSession(trail)),
      accountId: this.accountOf(trail, after),
      ...(session === undefined ? {} : { actor: session }),
      ...(subject.once === true ? {} : shownChange(before, after, personalOf(subject))),
    });
  }

  async failed(trail: AuditTrail, thrown: unknown): Promise<void> {
    const { status, body } = describeProblem(thrown);
    const isRefused = status < 500;
    // What was begun before it failed may have been done.
    const after = isRefused ? null : await this.lookAfter(trail, undefined);
    await this.end(trail, {
      outcome: isRefused ? 'refused' : 'failed',
      status,
      errorCode: body.error.code,
      resourceId: await this.userOfSession(trail),
      accountId: this.accountOf(trail, after),
      ...(after === null ? {} : shownChange(trail.before, after, personalOf(trail.subject))),
    });
  }

  /** Somebody who is known, and may not: before anything was looked at. */
  async forbidden(request: FastifyRequest, operation: string, subject: AuditSubject): Promise<void> {
    const { user } = request;
    if (user === undefined) return;
    const key = subject.param === undefined ? undefined : textOf(fieldsOf(request.params)[subject.param]);
    await this.writer.record(
      {
        id: newId(),
        actor: actorOf(request),
        action: subject.action,
        operation,
        resourceId: key,
        address: request.ip,
        requestId: request.id,
        startedAt: new Date(),
      },
      { outcome: 'refused', status: 403, errorCode: 'FORBIDDEN' },
      subject.ofService === true ? null : user.id,
    );
  }

  private async end(trail: AuditTrail, end: AuditEnd): Promise<void> {
    if (trail.subject.once !== true) {
      await this.writer.finish(trail.intent.id, end);
      return;
    }
    try {
      await this.writer.record(trail.intent, end, trail.soleAccountOf);
    } catch (error) {
      this.log.error({ action: trail.intent.action, err: error }, 'A request was not written down');
    }
  }

  private async lookBefore(
    request: FastifyRequest,
    { table, column = 'id', accountParam, param }: AuditSubject,
    key: string | undefined,
  ): Promise<Snapshot | null> {
    if (table === undefined || key === undefined || param === undefined) return null;
    return this.look({
      table,
      column,
      value: key,
      userId: request.user?.id ?? null,
      accountId: null,
      within: accountParam === undefined ? undefined : textOf(fieldsOf(request.params)[accountParam]),
    });
  }

  private async lookAfter(trail: AuditTrail, made: string | undefined): Promise<Snapshot | null> {
    const { subject, before, key, request } = trail;
    const { table, column = 'id', answer, answerColumn = 'id', accountParam } = subject;
    if (table === undefined) return null;
    const userId = request.user?.id ?? null;
    // Of what is written down once, only whose it is has to be known, and only where that is not known already.
    if (subject.once === true && this.access.lastUsedBy(request.user) !== undefined) return null;
    if (answer !== undefined && subject.param === undefined)
      return made === undefined
        ? null
        : this.look({ table, column: answerColumn, value: made, userId, accountId: null });
    if (key === undefined) return null;
    const within = accountParam === undefined ? undefined : textOf(fieldsOf(request.params)[accountParam]);
    return this.look({ table, column, value: key, userId, accountId: before?.accountId ?? null, within });
  }

  /** A look that fails costs its part of the event, and not the request. */
  private async look(place: Parameters<AuditSnapshots['find']>[0]): Promise<Snapshot | null> {
    try {
      return await this.snapshots.find(place);
    } catch (error) {
      this.log.warn({ table: place.table, err: error }, 'A row could not be looked at for the audit log');
      return null;
    }
  }

  private async namedAccount(request: FastifyRequest, subject: AuditSubject): Promise<string | null> {
    const { user } = request;
    if (user === undefined || subject.ofService === true) return null;
    const { id: _own, ...params } = fieldsOf(request.params);
    const named = { ...params, ...fieldsOf(request.query), ...fieldsOf(request.body) };
    try {
      return await this.snapshots.accountNamedIn(named, user.id);
    } catch (error) {
      this.log.warn({ err: error }, 'An account could not be looked up for the audit log');
      return null;
    }
  }

  /** What the row says, else what the service found the request to be about. Never what the request merely names. */
  private accountOf({ subject, before, request }: AuditTrail, after: Snapshot | null): string | undefined {
    if (subject.ofService === true) return undefined;
    return after?.accountId ?? before?.accountId ?? this.access.lastUsedBy(request.user) ?? undefined;
  }

  /** Whose login was tried, or ended: known to us, and not told to whoever tries. */
  private async userOfSession({ subject, request }: AuditTrail): Promise<string | undefined> {
    if (subject.session !== true) return undefined;
    const { email, refreshToken } = fieldsOf(request.body);
    if (typeof refreshToken === 'string')
      return (await this.snapshots.ownerOfRefreshToken(refreshToken).catch(() => null)) ?? undefined;
    if (typeof email !== 'string') return undefined;
    const found = await this.look({
      table: 'users',
      column: 'email',
      value: email,
      userId: null,
      accountId: null,
    });
    return found?.id ?? undefined;
  }
}

function actorOf({ user }: FastifyRequest): AuditActor {
  if (user === undefined) return { kind: 'anonymous' };
  const { id, role, apiKeyId } = user;
  return { kind: apiKeyId === undefined ? 'user' : 'api_key', id, role, apiKeyId };
}

function sessionUser(answer: AuditFields): AuditActor | undefined {
  const { id, role } = fieldsOf(answer.user);
  if (typeof id !== 'string') return undefined;
  return {
    kind: 'user',
    id,
    role: role === 'admin' || role === 'agent' || role === 'viewer' ? role : undefined,
  };
}

function requestOf(request: FastifyRequest, { request: mode }: AuditSubject): AuditFields | null {
  return mode === 'shown' ? shownRequest(request.body) : outlinedRequest(request.body);
}

function personalOf({ table }: AuditSubject): ReadonlySet<string> {
  const known: AuditTable | undefined = table === undefined ? undefined : AUDIT_TABLES[table];
  return known?.personal ?? new Set();
}

function shownChange(
  before: Snapshot | null,
  after: Snapshot | null,
  personal: ReadonlySet<string>,
): Pick<AuditEnd, 'before' | 'after'> {
  if (before === null && after === null) return {};
  if (before !== null && after !== null) {
    const changed = changedFields(before.row, after.row);
    return { before: shownRow(changed.before, personal), after: shownRow(changed.after, personal) };
  }
  return {
    before: before === null ? null : shownRow(before.row, personal),
    after: after === null ? null : shownRow(after.row, personal),
  };
}

/** This interceptor is outside the one that makes the envelope. */
function answered(answer: unknown): AuditFields {
  const fields = fieldsOf(answer);
  return fields.success === true ? fieldsOf(fields.data) : fields;
}

function fieldsOf(value: unknown): AuditFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AuditFields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
