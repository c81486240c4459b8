import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppError } from '../../errors/app.error';
import type { CommentAction } from './comment-action';
import { CommentActionsRepository } from './comment-actions.repository';
import { CommentActionSettlement } from './comment-action-settlement';
import { type AnswerTarget, CommentChannels } from './comment-channel';
import { isNoSuchObject } from './comment-errors';
import { CommentList } from './comment-list.service';
import { askAgainAfterMs, isSameText, nextCheckAfterMs } from './comment-rules';
import { CommentStore } from './comment-store.service';
import type { StoredComment } from './comment-view';
import type { MessageError } from '../conversation-types';

const CLOCKS_DIFFER_MS = 120_000;

/** `absent`: Meta was asked and has none. `unreadable`: it could not be asked. */
type Finding = 'found' | 'absent' | 'unreadable';

export const NOT_AT_META: MessageError = {
  code: 'NOT_AT_META',
  title: null,
  message: 'Meta gave no answer to it and does not have it: it was not published, and may be sent again.',
  details: null,
};

/** Finds out what became of answers whose own answer was lost. It reads and never writes at Meta. */
@Injectable()
export class CommentActionReconciler {
  private readonly log = new Logger(CommentActionReconciler.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly actions: CommentActionsRepository,
    private readonly settlement: CommentActionSettlement,
    private readonly channels: CommentChannels,
    private readonly list: CommentList,
    private readonly comments: CommentStore,
  ) {}

  /** Looks once, and writes down what it found or when to look again. */
  async settle(action: CommentAction): Promise<void> {
    const finding = await this.look(action);
    if (finding === 'found') return;
    if (finding === 'unreadable') {
      const afterMs = askAgainAfterMs(Date.now() - action.startedAt.getTime());
      await this.actions.recordOpen(action, { error: null, checks: action.checks, afterMs });
      return;
    }
    const checks = action.checks + 1;
    const afterMs = nextCheckAfterMs(checks);
    if (afterMs === null) await this.settlement.failed(action, NOT_AT_META, { isNews: true });
    else await this.actions.recordOpen(action, { error: null, checks, afterMs });
  }

  /** It never throws for what Meta says. */
  async look(action: CommentAction): Promise<Finding> {
    try {
      const { accountId, platform, commentId } = action;
      const comment = commentId === null ? null : await this.list.find([accountId], platform, commentId);
      return action.kind === 'private_reply'
        ? await this.lookInConversation(action, comment)
        : await this.lookInThread(action, comment);
    } catch (error) {
      // Gone with what it answered.
      if (isNoSuchObject(error)) return 'absent';
      if (!(error instanceof AppError)) throw error;
      this.log.warn(`What became of answer ${action.id} could not be found out: ${error.message}`);
      return 'unreadable';
    }
  }

  private async lookInThread(action: CommentAction, comment: StoredComment | null): Promise<Finding> {
    // By its webhook, perhaps.
    if (await this.claimStored(action, comment)) return 'found';
    const target: AnswerTarget = { postExternalId: action.postExternalId, comment };
    const since = new Date(action.startedAt.getTime() - CLOCKS_DIFFER_MS);
    const read = await this.channels.of(action.platform).readAnswers(action, target, since);
    await this.database.transaction((tx) => this.comments.storeArrived(tx, read));
    return (await this.claimStored(action, comment)) ? 'found' : 'absent';
  }

  private async claimStored(action: CommentAction, comment: StoredComment | null): Promise<boolean> {
    const parents =
      comment === null ? null : [comment.externalId, comment.parentExternalId].filter((id) => id !== null);
    const { message, attachmentUrl } = action.request;
    const candidates = await this.actions.candidatesFor(action, parents);
    const same = candidates.find(
      ({ text, hasAttachment }) =>
        isSameText(message, text) && (attachmentUrl === null || message !== null || hasAttachment),
    );
    if (same === undefined) return false;
    await this.settlement.answered(action, same.externalId, null);
    return true;
  }

  private async lookInConversation(action: CommentAction, comment: StoredComment | null): Promise<Finding> {
    const personId = comment?.author?.id ?? null;
    // Then only the echo can tell. Meta takes one private reply to a comment, so that another try could not be a second.
    if (personId === null) return 'absent';
    const since = new Date(action.startedAt.getTime() - CLOCKS_DIFFER_MS);
    const found = await this.channels
      .of(action.platform)
      .findPrivately(action, personId, { text: action.request.message ?? '', since });
    const others = await this.actions.messagesFromBefore(
      action,
      found.map(({ messageId }) => messageId),
    );
    const message = found.find(({ messageId }) => !others.has(messageId));
    if (message === undefined) return 'absent';
    await this.settlement.answeredPrivately(action, message);
    return 'found';
  }
}
