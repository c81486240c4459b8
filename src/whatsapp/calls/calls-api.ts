import { Injectable } from '@nestjs/common';
import { Expose, Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphUnreadableAnswerError } from '../../graph-client/graph.error';
import { isRecord, textAt } from '../meta-values';
import { type Recipient, recipientFields } from '../sending/recipient';
import { GraphWritten, requireWritten } from '../whatsapp-api.responses';

export interface CallLimit {
  /** ISO 8601 duration, as `PT24H`. */
  period: string | null;
  most: number | null;
  used: number | null;
  /** When one of those used is forgotten; told only where all are used. */
  freeAt: Date | null;
}

export interface CallPermission {
  /** Meta's word: `no_permission`, `temporary` or `permanent`. */
  status: string | null;
  /** Null where it does not end. */
  expiresAt: Date | null;
  actions: { name: string; isAllowed: boolean; limits: CallLimit[] }[];
}

const INTERACTIVE_MS = 6_000;
const PRODUCT = { messaging_product: 'whatsapp' };

class GraphAnswer {
  @Expose()
  @Transform(({ obj }: { obj: unknown }) => obj)
  @IsObject()
  raw!: Readonly<Record<string, unknown>>;
}

/** The Graph endpoints of calls: signals only, sound goes between the two ends. */
@Injectable()
export class CallsApi {
  constructor(private readonly graph: GraphClient) {}

  /**
   * Lets a person's phone ring. Sent a second time it rings a second time, so that it is never repeated here.
   * @returns Meta's id of the call
   */
  async connect(
    token: string,
    phoneNumberId: string,
    call: { to: Recipient; sdp: string; callbackData: string },
  ): Promise<string> {
    const { raw } = await this.graph.call({
      method: 'POST',
      path: `${pathOf(phoneNumberId)}/calls`,
      token,
      body: {
        ...PRODUCT,
        ...recipientFields(call.to),
        action: 'connect',
        session: { sdp_type: 'offer', sdp: call.sdp },
        biz_opaque_callback_data: call.callbackData,
      },
      response: GraphAnswer,
    });
    const callId = textAt(recordsAt(raw, 'calls')[0], 'id');
    if (callId === undefined) throw new GraphUnreadableAnswerError('Meta took the call without an id.', 200);
    return callId;
  }

  async answer(
    token: string,
    phoneNumberId: string,
    call: { callId: string; action: 'pre_accept' | 'accept'; sdp: string },
  ): Promise<void> {
    await this.act(token, phoneNumberId, {
      call_id: call.callId,
      action: call.action,
      session: { sdp_type: 'answer', sdp: call.sdp },
    });
  }

  async end(
    token: string,
    phoneNumberId: string,
    call: { callId: string; action: 'reject' | 'terminate' },
  ): Promise<void> {
    await this.act(token, phoneNumberId, { call_id: call.callId, action: call.action });
  }

  /** Whether a person may be called, and asked for it. Meta answers five such questions a second. */
  async permission(token: string, phoneNumberId: string, person: Recipient): Promise<CallPermission> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `${pathOf(phoneNumberId)}/call_permissions`,
      token,
      query: person.kind === 'phone' ? { user_wa_id: person.digits } : { recipient: person.id },
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
    });
    return permissionOf(raw);
  }

  private async act(
    token: string,
    phoneNumberId: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'POST',
        path: `${pathOf(phoneNumberId)}/calls`,
        token,
        body: { ...PRODUCT, ...body },
        response: GraphWritten,
        timeoutMs: INTERACTIVE_MS,
      }),
    );
  }
}

function pathOf(phoneNumberId: string): string {
  return `/${encodeURIComponent(phoneNumberId)}`;
}

function permissionOf(raw: Readonly<Record<string, unknown>>): CallPermission {
  const { permission } = raw;
  return {
    status: textAt(permission, 'status') ?? null,
    expiresAt: isRecord(permission) ? instantOf(permission.expiration_time) : null,
    actions: recordsAt(raw, 'actions').flatMap((action) => {
      const name = textAt(action, 'action_name');
      if (name === undefined) return [];
      const limits = recordsAt(action, 'limits').map((limit) => ({
        period: textAt(limit, 'time_period') ?? null,
        most: numberOf(limit.max_allowed),
        used: numberOf(limit.current_usage),
        freeAt: instantOf(limit.limit_expiration_time),
      }));
      return [{ name, isAllowed: action.can_perform_action === true, limits }];
    }),
  };
}

function recordsAt(
  record: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>>[] {
  const list = record[name];
  return Array.isArray(list) ? list.filter((item) => isRecord(item)) : [];
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Unix seconds. */
function instantOf(value: unknown): Date | null {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : numberOf(value);
  return seconds === null || seconds <= 0 ? null : new Date(seconds * 1000);
}
