import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONVERSATION_PLATFORMS } from '../conversation-types';
import type { ConversationStatus } from '../stored-conversation';
import { type View, visibleCondition } from '../visibility/visible-conversations';
import { unreadCondition } from './inbox-filter';

export interface InboxCounts {
  open: number;
  unassigned: number;
  mine: number;
  snoozed: number;
  unread: number;
  countedUpTo: number;
}

/** More is not worth counting for a number beside a folder. */
const COUNTED_UP_TO = 1_000;
/** What has not been read is among the latest, as a rule. */
const LOOKED_AT = 3_000;

/** The numbers beside the folders of an inbox. Each takes as long for a million conversations as for some thousands. */
@Injectable()
export class InboxCountsService {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async of(view: View): Promise<InboxCounts> {
    const whole = view.accountIds.filter((id) => !view.assignedOnly.includes(id));
    const values: unknown[] = [
      whole,
      view.assignedOnly,
      view.userId,
      CONVERSATION_PLATFORMS,
      view.accountIds,
    ];
    const visible = visibleCondition(view, 'v', (value) => `$${values.push(value)}`) ?? 'true';
    const [row]: Omit<InboxCounts, 'countedUpTo'>[] = await this.database.query(
      `SELECT ${counted(...visibleParts('active'))} AS open, ${counted(...visibleParts('snoozed'))} AS snoozed,
              ${counted(agentPart('$5', 'active', NOBODY))} AS unassigned, ${counted(agentPart('$5', 'active', ME))} AS mine,
              (SELECT least(count(*), ${COUNTED_UP_TO})::integer FROM (
                 SELECT latest.* FROM unnest($5::uuid[]) AS mine (account_id) ${PLATFORMS}
                  CROSS JOIN LATERAL (
                    SELECT v.account_id, v.id, v.last_message_at FROM conversations v
                     WHERE ${ofStatus('active')} AND v.platform = platforms.platform
                     ORDER BY v.last_message_at DESC, v.id DESC LIMIT ${LOOKED_AT}) latest
                  ORDER BY latest.last_message_at DESC, latest.id DESC LIMIT ${LOOKED_AT}) looked
                CROSS JOIN LATERAL (
                  SELECT FROM conversations v WHERE v.account_id = looked.account_id AND v.id = looked.id
                     AND ${unreadCondition('$3')} > 0 AND ${visible} OFFSET 0) unread) AS unread`,
      values,
    );
    const counts = row ?? { open: 0, unassigned: 0, mine: 0, snoozed: 0, unread: 0 };
    return { ...counts, countedUpTo: COUNTED_UP_TO };
  }
}

const PLATFORMS = 'CROSS JOIN unnest($4::text[]) AS platforms (platform)';
const NOBODY = 'v.agent_id IS NULL';
const ME = 'v.agent_id = $3::uuid';

const ofStatus = (status: ConversationStatus): string =>
  `v.account_id = mine.account_id AND v.last_message_at IS NOT NULL AND v.status = '${status}'`;

/** Each account and part by an index, and no further than it counts. */
const part = (accounts: string, parts: string, where: string): string => `
  SELECT FROM unnest(${accounts}::uuid[]) AS mine (account_id) ${parts}
   CROSS JOIN LATERAL (SELECT FROM conversations v WHERE ${where} LIMIT ${COUNTED_UP_TO}) part`;

const agentPart = (accounts: string, status: ConversationStatus, agent: string): string =>
  part(accounts, '', `${ofStatus(status)} AND ${agent}`);

/** All of the accounts that the user sees all of; of the others what is the user's, and what is nobody's. */
const visibleParts = (status: ConversationStatus): string[] => [
  part('$1', PLATFORMS, `${ofStatus(status)} AND v.platform = platforms.platform`),
  agentPart('$2', status, NOBODY),
  agentPart('$2', status, ME),
];

const counted = (...parts: string[]): string =>
  `(SELECT count(*)::integer FROM (
     SELECT FROM (${parts.map((sql) => `(${sql} LIMIT ${COUNTED_UP_TO})`).join(' UNION ALL ')}) parts
      LIMIT ${COUNTED_UP_TO}) counted)`;
