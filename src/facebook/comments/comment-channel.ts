import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type AnswerContent,
  type AnswerTarget,
  type CommentChannel,
  CommentChannels,
  type CommentHome,
  type CommentPlace,
  type CommentTask,
  type CommentsRead,
  type PrivateMessage,
} from '../../conversations/comments/comment-channel';
import { isNoSuchObject } from '../../conversations/comments/comment-errors';
import { PrivateReplyApi } from '../../conversations/comments/comment-private-api';
import { asOfReading } from '../../conversations/comments/comment-reading';
import type { ArrivedComment } from '../../conversations/comments/comment-types';
import { AppError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { CommentsApi } from './comments-api';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { noSuchPage } from '../pages/page-scope';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';
import { arrivedComment } from './arrived-comments';
import { CommentWritesApi } from './comment-writes-api';

/** While somebody waits: of each call, and until no further one is begun. */
const CALL_MS = 5_000;
const READ_MS = 8_000;
const MOST_COMMENTS = 1_000;

/** Anything that Meta tells of the comment is later than this. */
const AT_FIRST = new Date(0);

const TASKS: Record<CommentTask, { task: string; does: string } | null> = {
  read: null,
  moderate: { task: 'MODERATE', does: 'answer, hide and delete comments' },
  message: { task: 'MESSAGING', does: 'send messages' },
};

/** Comments at Pages. */
@Injectable()
export class FacebookCommentChannel implements CommentChannel, OnModuleInit {
  readonly platform = 'facebook';

  constructor(
    private readonly channels: CommentChannels,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly reads: CommentsApi,
    private readonly writes: CommentWritesApi,
    private readonly privately: PrivateReplyApi,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async check(home: CommentHome, task: CommentTask): Promise<void> {
    requireTask(await this.pageOf(home), task);
  }

  async answer(home: CommentHome, target: AnswerTarget, content: AnswerContent): Promise<ArrivedComment> {
    const page = await this.pageOf(home);
    const { comment, postExternalId } = target;
    const onId = comment?.externalId ?? postExternalId;
    if (onId === null) throw new Error('An answer has to stand somewhere.');
    return this.tokens.withToken(page, async (token) => {
      const commentId = await this.writes.publish(token, onId, content);
      const at = new Date();
      const parentId = await this.parentOf(token, commentId, comment);
      return {
        ...home,
        platform: this.platform,
        externalId: commentId,
        postExternalId,
        parentExternalId: parentId,
        author: { id: page.pageId, name: page.name, username: null },
        byBusiness: true,
        text: content.message,
        attachment: content.attachmentUrl === null ? null : { type: 'photo', url: content.attachmentUrl },
        at,
        asOf: AT_FIRST,
        isHidden: null,
        metadata: {},
      };
    });
  }

  async answerPrivately(
    home: CommentHome,
    commentExternalId: string,
    message: { text: string; mark: string },
  ): Promise<PrivateMessage> {
    const page = await this.pageOf(home);
    return this.tokens.withToken(page, (token) =>
      this.privately.send({ host: 'graph', token, nodeId: page.pageId }, commentExternalId, message),
    );
  }

  async findPrivately(
    home: CommentHome,
    personId: string,
    { text, since }: { text: string; since: Date },
  ): Promise<PrivateMessage[]> {
    const page = await this.pageOf(home);
    return this.tokens.withToken(page, (token) =>
      this.privately.find(
        { host: 'graph', token, nodeId: page.pageId },
        { platform: 'messenger', personId, text, since },
      ),
    );
  }

  async setHidden(home: CommentHome, commentExternalId: string, isHidden: boolean): Promise<void> {
    await this.withToken(home, (token) => this.writes.setHidden(token, commentExternalId, isHidden));
  }

  async remove(home: CommentHome, commentExternalId: string): Promise<void> {
    await this.withToken(home, (token) => this.writes.remove(token, commentExternalId));
  }

  async edit(home: CommentHome, commentExternalId: string, message: string): Promise<void> {
    await this.withToken(home, (token) => this.writes.edit(token, commentExternalId, message));
  }

  async setLiked(home: CommentHome, commentExternalId: string, isLiked: boolean): Promise<void> {
    await this.withToken(home, (token) => this.writes.setLiked(token, commentExternalId, isLiked));
  }

  /** A post's id begins with that of its Page; of others only those are let in that comments came of. */
  async requirePost(): Promise<void> {
    return Promise.resolve();
  }

  async readPost(home: CommentHome, postExternalId: string): Promise<CommentsRead> {
    const until = Date.now() + READ_MS;
    let isComplete = true;
    const comments = await this.readWhile(home, postExternalId, postExternalId, (found) => {
      if (found.length < MOST_COMMENTS && Date.now() < until) return true;
      isComplete = false;
      return false;
    });
    return { comments, isComplete };
  }

  async readAnswers(
    home: CommentHome,
    { comment, postExternalId }: AnswerTarget,
    since: Date,
  ): Promise<ArrivedComment[]> {
    const onId = postExternalId ?? comment?.externalId;
    if (onId === undefined) return [];
    return this.readWhile(
      home,
      onId,
      postExternalId,
      (found) => found.length < MOST_COMMENTS && !found.some(({ at }) => at < since),
    );
  }

  async readOne(
    home: CommentHome,
    { externalId, postExternalId }: CommentPlace,
  ): Promise<ArrivedComment | null> {
    const page = await this.pageOf(home);
    const asOf = asOfReading(new Date());
    try {
      const comment = await this.tokens.withToken(page, (token) =>
        this.reads.comment(token, externalId, CALL_MS),
      );
      return comment && arrivedComment({ ...home, pageId: page.pageId }, postExternalId, comment, asOf);
    } catch (error) {
      if (isNoSuchObject(error)) return null;
      throw error;
    }
  }

  private async readWhile(
    home: CommentHome,
    onId: string,
    postExternalId: string | null,
    goesOn: (found: readonly ArrivedComment[]) => boolean,
  ): Promise<ArrivedComment[]> {
    const page = await this.pageOf(home);
    const place = { ...home, pageId: page.pageId };
    return this.tokens.withToken(page, async (token) => {
      const found: ArrivedComment[] = [];
      const asOf = asOfReading(new Date());
      for await (const read of this.reads.comments(token, onId, { timeoutMs: CALL_MS })) {
        found.push(...read.map((each) => arrivedComment(place, postExternalId, each, asOf)));
        if (!goesOn(found)) break;
      }
      return found;
    });
  }

  /** Where Facebook puts an answer to an answer is for it to say. */
  private async parentOf(
    token: string,
    commentId: string,
    target: CommentPlace | null,
  ): Promise<string | null> {
    if (target === null) return null;
    if (target.parentExternalId === null) return target.externalId;
    try {
      const made = await this.reads.comment(token, commentId, CALL_MS);
      return made?.parentId ?? target.parentExternalId;
    } catch (error) {
      // It stands there, whatever happens now.
      if (error instanceof AppError) return target.parentExternalId;
      throw error;
    }
  }

  private async withToken(home: CommentHome, work: (token: string) => Promise<void>): Promise<void> {
    await this.tokens.withToken(await this.pageOf(home), work);
  }

  private async pageOf({ accountId, assetId }: CommentHome): Promise<FacebookPageEntity> {
    const [page] = await this.pages.find([accountId], assetId);
    if (page === undefined || page.status === 'available') throw noSuchPage();
    return page;
  }
}

/**
 * Pages of the new kind name their tasks with a prefix. Without any list, or one of names that nobody knows, Meta decides.
 * @throws GraphReauthRequiredError
 */
export function requireTask(
  { tasks, pageId, name }: Pick<FacebookPageEntity, 'tasks' | 'pageId' | 'name'>,
  needed: CommentTask,
): void {
  const rule = TASKS[needed];
  if (rule === null || tasks === null || tasks.length === 0) return;
  const has = [rule.task, `PROFILE_PLUS_${rule.task}`, 'PROFILE_PLUS_FULL_CONTROL'].some((task) =>
    tasks.includes(task),
  );
  if (has) return;
  throw new GraphReauthRequiredError(
    `Who connected the Page ${name} may not ${rule.does} on it: they lack the task ${rule.task}. Give it to them in the Page's settings, or connect again with somebody who has it, and list the Pages with refresh=true.`,
    { details: { missingTasks: [rule.task], pageId } },
  );
}
