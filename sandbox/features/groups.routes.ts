import { createHash } from 'node:crypto';

import { requireMessaging, requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import {
  checkWrite,
  later,
  newGroupId,
  newInviteLink,
  newRequestId,
  participantOf,
  tellOfGroup,
} from './group-events';
import { readNode, type NodeType } from '../graph/graph-nodes';
import { pathContext, type AuthenticatedRequest, type GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { requireProduct } from '../graph/messaging-product';
import { listPage } from '../graph/paging';
import type { GroupRecord } from '../whatsapp-accounts/whatsapp-records';
import type { PhoneRecord } from '../world';

const LONGEST_SUBJECT = 128;
const LONGEST_DESCRIPTION = 2048;
const GROUPS_PER_NUMBER = 10_000;
const LARGEST_PICTURE_BYTES = 5 * 1024 * 1024;

export function registerGroups(router: GraphRouter, context: SandboxContext): void {
  const type = groupType(context);
  router.type('group', type);
  router.on('POST', 'phone', 'groups', (phone, request) => create(context, phone, request));
  router.on('GET', 'phone', 'groups', (phone, request) => listGroups(context, phone, request));
  router.on('GET', 'group', '', (group, request) => {
    const read = pathContext(request);
    return { messaging_product: 'whatsapp', ...readNode(type, group, read.children, request) };
  });
  router.on('POST', 'group', '', (group, request) => changeSettings(context, group, request));
  router.on('DELETE', 'group', '', (group, request) => remove(context, group, request));
  router.on('GET', 'group', 'invite_link', (group) => ({
    messaging_product: 'whatsapp',
    invite_link: group.inviteLink,
  }));
  router.on('POST', 'group', 'invite_link', (group, request) => {
    checkWrite(group, request);
    group.inviteLink = newInviteLink();
    return { messaging_product: 'whatsapp', invite_link: group.inviteLink };
  });
}

function groupType({ customers }: SandboxContext): NodeType<GroupRecord> {
  return {
    name: 'WhatsAppBusinessGroup',
    defaults: [],
    fields: {
      subject: (group) => group.subject,
      description: (group) => group.description ?? undefined,
      suspended: (group) => group.isSuspended,
      creation_timestamp: (group) => Math.floor(group.createdAt / 1000),
      join_approval_mode: (group) => group.joinApprovalMode,
      total_participant_count: (group) => group.participants.length,
      participants: (group) =>
        group.participants.flatMap((userId) => {
          const customer = customers.withUserId(userId);
          return customer ? [participantOf(customer)] : [];
        }),
    },
    edges: {},
  };
}

function create(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireMessaging(token, phone.wabaId);
  requireProduct(params);
  if (!phone.registered) throw catalogueError(133010);
  if (phone.isOnBizApp) throw catalogueError(131215);
  const subject = subjectOf(params);
  if (subject === undefined) throw missingParameter('subject');
  const own = context.world.all('group').filter((group) => group.phoneId === phone.id);
  if (own.length >= GROUPS_PER_NUMBER) throw catalogueError(131211);
  const group = context.world.add<GroupRecord>({
    kind: 'group',
    id: newGroupId(phone.displayPhoneNumber.replace(/\D/g, '')),
    wabaId: phone.wabaId,
    phoneId: phone.id,
    subject,
    description: descriptionOf(params) ?? null,
    joinApprovalMode: approvalModeOf(params),
    inviteLink: newInviteLink(),
    participants: [],
    removed: new Set(),
    joinRequests: [],
    pictureHash: null,
    isSuspended: false,
    createdAt: context.clock.now(),
  });
  const requestId = newRequestId();
  later(context, () =>
    tellOfGroup(context, group, 'group_lifecycle_update', {
      type: 'group_create',
      request_id: requestId,
      subject: group.subject,
      ...(group.description !== null && { description: group.description }),
      invite_link: group.inviteLink,
      join_approval_mode: group.joinApprovalMode,
    }),
  );
  return { messaging_product: 'whatsapp', request_id: requestId };
}

function subjectOf(params: JsonObject): string | undefined {
  const subject = textOf(params.subject)?.trim();
  if (subject === undefined) return undefined;
  if (subject === '' || subject.length > LONGEST_SUBJECT) {
    throw invalidParameter(`Param subject must be 1 to ${LONGEST_SUBJECT} characters long.`);
  }
  return subject;
}

function descriptionOf(params: JsonObject): string | undefined {
  const description = textOf(params.description);
  if (description !== undefined && description.length > LONGEST_DESCRIPTION) {
    throw invalidParameter(`Param description must be at most ${LONGEST_DESCRIPTION} characters long.`);
  }
  return description;
}

function approvalModeOf(params: JsonObject): GroupRecord['joinApprovalMode'] {
  const mode = textOf(params.join_approval_mode) ?? 'auto_approve';
  if (mode !== 'auto_approve' && mode !== 'approval_required') {
    throw invalidParameter('Param join_approval_mode must be one of {approval_required, auto_approve}');
  }
  return mode;
}

/** Unlike other lists this one has its items one level deeper. */
function listGroups(context: SandboxContext, phone: PhoneRecord, request: AuthenticatedRequest): JsonObject {
  const groups = context.world.all('group').filter((group) => group.phoneId === phone.id);
  const { data, ...rest } = listPage(groups, pathContext(request), {
    path: `/${phone.id}/groups`,
    keyOf: (group) => group.id,
    render: (group) => ({
      id: group.id,
      subject: group.subject,
      created_at: String(Math.floor(group.createdAt / 1000)),
    }),
    badCursor: () => catalogueError(131059),
  });
  return { data: { groups: data }, ...rest };
}

/** The answer to a change is not documented; the request's id is what its webhook names. */
function changeSettings(
  context: SandboxContext,
  group: GroupRecord,
  request: AuthenticatedRequest,
): JsonObject {
  checkWrite(group, request);
  const subject = subjectOf(request.params);
  const description = descriptionOf(request.params);
  const picture = request.files[0];
  if (subject === undefined && description === undefined && !picture) throw missingParameter('subject');
  if (picture) group.pictureHash = pictureHash(picture.bytes, picture.contentType);
  if (subject !== undefined) group.subject = subject;
  if (description !== undefined) group.description = description === '' ? null : description;
  const requestId = newRequestId();
  later(context, () =>
    tellOfGroup(context, group, 'group_settings_update', {
      type: 'group_settings_update',
      request_id: requestId,
      ...(picture && {
        profile_picture: { mime_type: 'image/jpeg', update_successful: true, sha256: group.pictureHash },
      }),
      ...(subject !== undefined && { group_subject: { text: subject, update_successful: true } }),
      ...(description !== undefined && {
        group_description: { text: description, update_successful: true },
      }),
    }),
  );
  return { messaging_product: 'whatsapp', request_id: requestId };
}

function pictureHash(bytes: Buffer, contentType: string): string {
  if (contentType !== 'image/jpeg') throw catalogueError(131053, 'The picture must be a JPEG.');
  if (bytes.length > LARGEST_PICTURE_BYTES) throw catalogueError(131053, 'The picture is larger than 5 MB.');
  return createHash('sha256').update(bytes).digest('base64');
}

function remove(context: SandboxContext, group: GroupRecord, { token }: AuthenticatedRequest): JsonObject {
  requireScope(token, 'whatsapp_business_messaging', group.wabaId);
  context.world.remove(group.id);
  const requestId = newRequestId();
  later(context, () =>
    tellOfGroup(context, group, 'group_lifecycle_update', { type: 'group_delete', request_id: requestId }),
  );
  return { messaging_product: 'whatsapp', request_id: requestId };
}
