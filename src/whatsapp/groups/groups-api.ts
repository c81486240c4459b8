import { Injectable } from '@nestjs/common';
import { Expose, Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import type { GraphMethod } from '../../graph-client/graph-request';
import { GraphRejectedError, GraphUnreadableAnswerError } from '../../graph-client/graph.error';
import { isRecord, textAt } from '../meta-values';

/** A group as Meta has it now; what it leaves out is null. */
export interface FoundGroup {
  groupId: string;
  subject: string | null;
  description: string | null;
  joinApprovalMode: string | null;
  isSuspended: boolean | null;
  /** Null where they were not asked for. */
  participants: GroupPerson[] | null;
}

export interface GroupPerson {
  waId: string | null;
  userId: string | null;
  username: string | null;
}

export interface FoundJoinRequest extends GroupPerson {
  joinRequestId: string;
  requestedAt: Date | null;
}

/** What became of join requests that were approved or rejected. */
export interface JoinVerdict {
  done: string[];
  failed: { joinRequestId: string; code: number | null; message: string | null }[];
}

const INTERACTIVE_MS = 6_000;
const PAGE_SIZE = 100;
/** Of active groups one number may have ten thousand; join requests are not bounded by Meta. */
const MOST_PAGES = 110;
const FIELDS = 'subject,description,join_approval_mode,suspended,participants';
const PRODUCT = { messaging_product: 'whatsapp' };

class GraphAnswer {
  @Expose()
  @Transform(({ obj }: { obj: unknown }) => obj)
  @IsObject()
  raw!: Readonly<Record<string, unknown>>;
}

/**
 * The Graph endpoints of groups. Most of them only take a request in: what became of it is told by webhook, under the
 * request's id.
 */
@Injectable()
export class GroupsApi {
  constructor(private readonly graph: GraphClient) {}

  async create(
    token: string,
    phoneNumberId: string,
    wish: { subject: string; description: string | null; joinApprovalMode: string },
  ): Promise<string> {
    const raw = await this.send(token, 'POST', `/${encodeURIComponent(phoneNumberId)}/groups`, {
      subject: wish.subject,
      ...(wish.description === null ? {} : { description: wish.description }),
      join_approval_mode: wish.joinApprovalMode,
    });
    const requestId = textAt(raw, 'request_id');
    if (requestId === undefined)
      throw new GraphUnreadableAnswerError('Meta took the group in without a request_id.', 200);
    return requestId;
  }

  async get(token: string, groupId: string): Promise<FoundGroup> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: pathOf(groupId),
      token,
      query: { fields: FIELDS },
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
    });
    return {
      groupId,
      subject: textAt(raw, 'subject') ?? null,
      description: textAt(raw, 'description') ?? null,
      joinApprovalMode: textAt(raw, 'join_approval_mode') ?? null,
      isSuspended: typeof raw.suspended === 'boolean' ? raw.suspended : null,
      participants: Array.isArray(raw.participants) ? listAt(raw, 'participants').map(personOf) : null,
    };
  }

  /** Active ones. Unlike other lists of Meta's, its entries stand one level deeper, under `groups`. */
  async *pages(token: string, phoneNumberId: string): AsyncGenerator<FoundGroup[], void, undefined> {
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { raw } = await this.graph.call({
        method: 'GET',
        path: `/${encodeURIComponent(phoneNumberId)}/groups`,
        token,
        query: { limit: PAGE_SIZE, after },
        response: GraphAnswer,
        timeoutMs: INTERACTIVE_MS,
      });
      const entries = isRecord(raw.data) ? listAt(raw.data, 'groups') : listAt(raw, 'data');
      yield entries.flatMap((entry) => {
        const groupId = textAt(entry, 'id');
        if (groupId === undefined) return [];
        const subject = textAt(entry, 'subject') ?? null;
        return [
          {
            groupId,
            subject,
            description: null,
            joinApprovalMode: null,
            isSuspended: null,
            participants: null,
          },
        ];
      });
      after = nextOf(raw);
      if (after === undefined) return;
    }
  }

  /** @returns the id of the request, where Meta gives one: that is not documented for changes */
  async update(
    token: string,
    groupId: string,
    change: { subject?: string | undefined; description?: string | undefined },
  ): Promise<string | null> {
    const raw = await this.send(token, 'POST', pathOf(groupId), {
      ...(change.subject === undefined ? {} : { subject: change.subject }),
      ...(change.description === undefined ? {} : { description: change.description }),
    });
    return textAt(raw, 'request_id') ?? null;
  }

  async remove(token: string, groupId: string): Promise<void> {
    await this.send(token, 'DELETE', pathOf(groupId));
  }

  async removeParticipants(token: string, groupId: string, people: readonly string[]): Promise<void> {
    const participants = people.map((user) => ({ user }));
    await this.send(token, 'DELETE', `${pathOf(groupId)}/participants`, { participants });
  }

  /** @param renew makes every earlier link useless */
  async inviteLink(token: string, groupId: string, renew: boolean): Promise<string> {
    const path = `${pathOf(groupId)}/invite_link`;
    const raw = renew ? await this.send(token, 'POST', path) : await this.read(token, path);
    const link = textAt(raw, 'invite_link');
    if (link === undefined) throw new GraphUnreadableAnswerError('Meta gave no invite_link.', 200);
    return link;
  }

  async *joinRequests(token: string, groupId: string): AsyncGenerator<FoundJoinRequest[], void, undefined> {
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const raw = await this.read(token, `${pathOf(groupId)}/join_requests`, { limit: PAGE_SIZE, after });
      yield listAt(raw, 'data').flatMap((entry) => {
        const joinRequestId = textAt(entry, 'join_request_id');
        if (joinRequestId === undefined) return [];
        const seconds = Number(entry.creation_timestamp);
        const requestedAt = Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : null;
        return [{ joinRequestId, ...personOf(entry), requestedAt }];
      });
      after = nextOf(raw);
      if (after === undefined) return;
    }
  }

  async decide(
    token: string,
    groupId: string,
    verdict: 'approve' | 'reject',
    joinRequestIds: readonly string[],
  ): Promise<JoinVerdict> {
    const isApproval = verdict === 'approve';
    const raw = await this.send(
      token,
      isApproval ? 'POST' : 'DELETE',
      `${pathOf(groupId)}/join_requests`,
      { join_requests: [...joinRequestIds] },
      // Some of them failed, or all: it is told one by one.
      (body) => isRecord(body) && listAt(body, 'failed_join_requests').length > 0,
    );
    const done = raw[isApproval ? 'approved_join_requests' : 'rejected_join_requests'];
    return {
      done: Array.isArray(done) ? done.filter((id) => typeof id === 'string') : [],
      failed: listAt(raw, 'failed_join_requests').map((entry) => {
        const [error] = listAt(entry, 'errors');
        const code = Number(error?.code);
        return {
          joinRequestId: textAt(entry, 'join_request_id') ?? '',
          code: error?.code !== undefined && Number.isSafeInteger(code) ? code : null,
          message: textAt(error, 'message') ?? null,
        };
      }),
    };
  }

  private async read(
    token: string,
    path: string,
    query: Record<string, string | number | undefined> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path,
      token,
      query,
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
    });
    return raw;
  }

  private async send(
    token: string,
    method: GraphMethod,
    path: string,
    body: Record<string, unknown> = {},
    toldDespiteError?: (body: unknown) => boolean,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { raw } = await this.graph.call({
      method,
      path,
      token,
      body: { ...PRODUCT, ...body },
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
      ...(toldDespiteError === undefined ? {} : { toldDespiteError }),
    });
    if (raw.success === false) throw new GraphRejectedError('Meta answered that it did not do this.');
    return raw;
  }
}

const pathOf = (groupId: string): string => `/${encodeURIComponent(groupId)}`;

function personOf(entry: Readonly<Record<string, unknown>>): GroupPerson {
  return {
    waId: textAt(entry, 'wa_id') ?? null,
    userId: textAt(entry, 'user_id') ?? null,
    username: textAt(entry, 'username') ?? null,
  };
}

function nextOf(raw: Readonly<Record<string, unknown>>): string | undefined {
  const { paging } = raw;
  if (!isRecord(paging) || paging.next === undefined) return undefined;
  return textAt(paging.cursors, 'after');
}

function listAt(value: Readonly<Record<string, unknown>>, key: string): Record<string, unknown>[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
