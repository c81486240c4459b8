import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type AccountId, type CommentActionId, newId } from '../../database/ids';
import { AppError, ConflictError, NotFoundError } from '../../errors/app.error';
import { GraphError, provesNotAccepted } from '../../graph-client/graph.error';
import { IdempotencyKeys, canonicalJson } from '../../http/idempotency-key';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { CommentAction, CommentActionKind, DescribedAction } from './comment-action';
import { CommentActionsRepository } from './comment-actions.repository';
import { CommentActionReconciler } from './comment-action-reconciler';
import { CommentActionSettlement, markOf } from './comment-action-settlement';
import {
  type AnswerContent,
  type CommentChannel,
  CommentChannels,
  type CommentHome,
} from './comment-channel';
import {
  explainedRefusal,
  isNoSuchObject,
  isPrivateReplyRefused,
  noSuchPost,
  removedComment,
  requireAnswerable,
  requirePrivateReply,
} from './comment-errors';
import { CommentList } from './comment-list.service';
import { CommentModeration, homeOf } from './comment-moderation.service';
import { NO_PRIVATE_REPLY, nextCheckAfterMs, privateReplyOf } from './comment-rules';
import { CommentStore } from './comment-store.service';
import type { CommentPlatform } from './comment-types';
import type { StoredComment } from './comment-view';
import type { MessageError } from '../conversation-types';

/** Who asks, and by what their request is known again. */
export interface AnswerRequest {
  user: AuthenticatedUser;
  idempotencyKey: string | undefined;
  /** See requestDigest. */
  digest: Buffer;
}

interface Draft {
  kind: CommentActionKind;
  platform: CommentPlatform;
  home: CommentHome;
  postExternalId: string | null;
  target: StoredComment | null;
  content: AnswerContent;
}

/**
 * Answers to comments. Meta would publish one again for every time that it is asked, so each is a row before the call is
 * made: what was lost on the way is looked for at Meta, never sent a second time.
 */
@Injectable()
export class CommentActions {
  constructor(
    private readonly actions: CommentActionsRepository,
    private readonly channels: CommentChannels,
    private readonly comments: CommentStore,
    private readonly idempotency: IdempotencyKeys,
    private readonly list: CommentList,
    private readonly moderation: CommentModeration,
    private readonly reconciler: CommentActionReconciler,
    private readonly settlement: CommentActionSettlement,
  ) {}

  /** @throws GraphError as Meta refuses it; ConflictError while the outcome of the same answer is open */
  async answer(
    target: StoredComment,
    content: AnswerContent,
    request: AnswerRequest,
  ): Promise<DescribedAction> {
    const { platform, postExternalId } = target;
    const draft: Draft = { kind: 'reply', platform, home: homeOf(target), postExternalId, target, content };
    return this.run(draft, request, async (channel) => {
      requireAnswerable(target);
      await channel.check(draft.home, 'moderate');
    });
  }

  /** Under the post or media itself. */
  async comment(
    platform: CommentPlatform,
    home: CommentHome,
    postExternalId: string,
    content: AnswerContent,
    request: AnswerRequest,
  ): Promise<DescribedAction> {
    const draft: Draft = { kind: 'comment', platform, home, postExternalId, target: null, content };
    return this.run(draft, request, (channel) => channel.check(home, 'moderate'));
  }

  /** A direct message to who wrote the comment. */
  async answerPrivately(
    target: StoredComment,
    text: string,
    request: AnswerRequest,
  ): Promise<DescribedAction> {
    const { platform, postExternalId } = target;
    const content = { message: text, attachmentUrl: null };
    const draft: Draft = {
      kind: 'private_reply',
      platform,
      home: homeOf(target),
      postExternalId,
      target,
      content,
    };
    return this.run(draft, request, async (channel) => {
      requirePrivateReply(privateReplyOf(target, new Date()));
      await channel.check(draft.home, 'message');
    });
  }

  /** @throws NotFoundError */
  async get(
    accountIds: readonly AccountId[],
    platform: CommentPlatform,
    id: string,
  ): Promise<DescribedAction> {
    const action = await this.actions.find(accountIds, id);
    if (action?.platform !== platform) throw new NotFoundError('There is no such answer.');
    return this.describe(action);
  }

  private async run(
    draft: Draft,
    request: AnswerRequest,
    guard: (channel: CommentChannel) => Promise<void>,
  ): Promise<DescribedAction> {
    const channel = this.channels.of(draft.platform);
    const { action, isMine } = await this.begin(draft, request, () => guard(channel));
    if (isMine) await this.carryOut(channel, draft, action);
    return this.describe((await this.actions.find([action.accountId], action.id)) ?? action);
  }

  /** @returns whether it is ours to carry out: a repeated request finds what the first one made */
  private async begin(
    draft: Draft,
    { user, idempotencyKey: key, digest }: AnswerRequest,
    guard: () => Promise<void>,
  ): Promise<{ action: CommentAction; isMine: boolean }> {
    const { accountId } = draft.home;
    // What forbids a new answer must not keep a repeated request from hearing what became of the first.
    const refusal = await guard().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (refusal !== null && key === undefined) throw refusal.error;
    const id = newId<CommentActionId>();
    const { id: known } = await this.actions.transaction((tx) =>
      this.idempotency.replayOr<{ id: CommentActionId }>(tx, { accountId, key, digest }, async () => {
        if (refusal !== null) throw refusal.error;
        if (!(await this.actions.begin(tx, newAction(draft, id, user)))) throw outcomeOpen();
        return { id };
      }),
    );
    const action = await this.actions.find([accountId], known);
    if (action === null) throw new NotFoundError('What this Idempotency-Key stood for is gone.');
    if (known === id || action.state !== 'failed') return { action, isMine: known === id };
    if (refusal !== null) throw refusal.error;
    const again = await this.actions.beginAgain(accountId, known);
    return again === null ? { action, isMine: false } : { action: again, isMine: true };
  }

  private async carryOut(channel: CommentChannel, draft: Draft, action: CommentAction): Promise<void> {
    try {
      await this.call(channel, draft, action);
    } catch (error) {
      if (!(error instanceof FailedCall)) throw error;
      await this.conclude(draft, action, error.reason);
    }
  }

  /** What goes wrong in the call itself is told apart from what goes wrong while it is written down. */
  private async call(channel: CommentChannel, draft: Draft, action: CommentAction): Promise<void> {
    const { home, target, content, postExternalId } = draft;
    const told = async <T>(work: Promise<T>): Promise<T> =>
      work.catch((reason: unknown) => {
        throw new FailedCall(reason);
      });
    if (draft.kind === 'private_reply' && target !== null) {
      const message = { text: content.message ?? '', mark: markOf(action) };
      const sent = await told(channel.answerPrivately(home, target.externalId, message));
      await this.settlement.answeredPrivately(action, sent);
      return;
    }
    const made = await told(channel.answer(home, { postExternalId, comment: target }, content));
    await this.settlement.answered(action, made.externalId, made);
  }

  private async conclude(draft: Draft, action: CommentAction, reason: unknown): Promise<void> {
    const error = messageErrorOf(reason);
    // Errors of our own come before the call.
    const isOurs = reason instanceof AppError && !(reason instanceof GraphError);
    if (isOurs || provesNotAccepted(reason)) {
      await this.settlement.failed(action, error, { isNews: false });
      await this.explain(draft, reason);
    }
    await this.actions.recordOpen(action, { error, checks: 0, afterMs: nextCheckAfterMs(0) ?? 0 });
    await this.reconciler.look(action);
  }

  private async explain({ home, target }: Draft, reason: unknown): Promise<never> {
    if (target === null) throw isNoSuchObject(reason) ? noSuchPost() : reason;
    if (isPrivateReplyRefused(reason)) {
      const { accountId, assetId } = home;
      const { platform, externalId } = target;
      const note = { accountId, assetId, platform, externalId, metadata: { [NO_PRIVATE_REPLY]: true } };
      await this.actions.transaction((tx) => this.comments.apply(tx, { notes: [note] }));
      throw explainedRefusal(reason);
    }
    if (await this.moderation.isGone(target, reason)) throw removedComment(new Date());
    throw reason;
  }

  private async describe(action: CommentAction): Promise<DescribedAction> {
    const { accountId, platform, kind, commentId, externalId } = action;
    const target = commentId === null ? null : await this.list.find([accountId], platform, commentId);
    const isPublic = kind !== 'private_reply' && externalId !== null;
    const comment = isPublic ? await this.list.find([accountId], platform, externalId) : null;
    return { ...action, target, comment };
  }
}

/** What the call to Meta itself threw. */
class FailedCall extends Error {
  constructor(readonly reason: unknown) {
    super('The call to Meta failed.');
  }
}

function newAction(
  { kind, platform, home, postExternalId, target, content }: Draft,
  id: CommentActionId,
  user: AuthenticatedUser,
) {
  const commentExternalId = target?.externalId ?? null;
  const request = { ...content, commentExternalId };
  return {
    accountId: home.accountId,
    id,
    assetId: home.assetId,
    platform,
    kind,
    postExternalId,
    commentId: target?.id ?? null,
    userId: user.id,
    request,
    digest: createHash('sha256')
      .update(canonicalJson([kind, postExternalId, request]))
      .digest(),
  };
}

function outcomeOpen(): ConflictError {
  return new ConflictError(
    'The same answer is on its way, and what became of it is not known yet. It is looked for at Meta; ask again later.',
    { reason: 'unknown' },
  );
}

function messageErrorOf(reason: unknown): MessageError {
  if (reason instanceof GraphError)
    return {
      code: reason.meta?.code ?? reason.code,
      title: reason.meta?.title ?? null,
      message: reason.message,
      details: null,
    };
  if (reason instanceof AppError)
    return { code: reason.code, title: null, message: reason.message, details: null };
  return { code: 'SERVER_ERROR', title: null, message: 'Something went wrong on our side.', details: null };
}
