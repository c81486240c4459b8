import { Injectable } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import type { ArrivedComment, CommentPlatform } from './comment-types';

/** The Page or Instagram account that comments stand at. */
export interface CommentHome {
  accountId: AccountId;
  assetId: AssetId;
}

/** A comment as Meta knows it. */
export interface CommentPlace {
  externalId: string;
  postExternalId: string | null;
  parentExternalId: string | null;
}

/** What is answered: a comment, or the post or media itself. */
export interface AnswerTarget {
  postExternalId: string | null;
  comment: CommentPlace | null;
}

export interface AnswerContent {
  message: string | null;
  /** Of a picture that Meta fetches. */
  attachmentUrl: string | null;
}

export interface PrivateMessage {
  /** Meta's id of the message. */
  messageId: string;
  /** What Meta calls the person: Page- or Instagram-scoped. null: Meta did not say; the echo will. */
  personId: string | null;
}

export interface CommentsRead {
  comments: ArrivedComment[];
  /** The end of the list was reached. */
  isComplete: boolean;
}

/** What moderating needs of the person's role and of the app's permissions. */
export type CommentTask = 'read' | 'moderate' | 'message';

/**
 * How one platform carries out what is done about comments. All of it throws a `GraphError` as Meta refuses it, and a
 * NotFoundError where the Page or account is not connected.
 */
export interface CommentChannel {
  readonly platform: CommentPlatform;
  /** @throws before any call, where it is known that Meta would not allow it */
  check(home: CommentHome, task: CommentTask): Promise<void>;
  /** One attempt. @returns the new comment as far as it is known without having been read */
  answer(home: CommentHome, target: AnswerTarget, content: AnswerContent): Promise<ArrivedComment>;
  /** One attempt. @param mark comes back in the echo of the message */
  answerPrivately(
    home: CommentHome,
    commentExternalId: string,
    message: { text: string; mark: string },
  ): Promise<PrivateMessage>;
  /** Messages of this text that the business sent to the person at `since` or later. */
  findPrivately(
    home: CommentHome,
    personId: string,
    message: { text: string; since: Date },
  ): Promise<PrivateMessage[]>;
  /** Doing it twice is doing it once. */
  setHidden(home: CommentHome, commentExternalId: string, isHidden: boolean): Promise<void>;
  /** Likewise. */
  remove(home: CommentHome, commentExternalId: string): Promise<void>;
  /** @throws NotFoundError where a post or media is somebody else's, which its id does not tell */
  requirePost(home: CommentHome, postExternalId: string): Promise<void>;
  /** All comments of a post with their answers, the newest first, as many as can be read while somebody waits. */
  readPost(home: CommentHome, postExternalId: string): Promise<CommentsRead>;
  /** What may have been written at `target` at `since` or later. */
  readAnswers(home: CommentHome, target: AnswerTarget, since: Date): Promise<ArrivedComment[]>;
  /** null: Meta says that there is none (any more). */
  readOne(home: CommentHome, place: CommentPlace): Promise<ArrivedComment | null>;
}

/** Where the platforms register theirs. */
@Injectable()
export class CommentChannels {
  private readonly channels = new Map<CommentPlatform, CommentChannel>();

  /** Called from a platform module's `onModuleInit`. */
  register(channel: CommentChannel): void {
    this.channels.set(channel.platform, channel);
  }

  of(platform: CommentPlatform): CommentChannel {
    const channel = this.channels.get(platform);
    if (channel === undefined)
      throw new Error(`Nothing carries out what is done about comments on ${platform}.`);
    return channel;
  }
}
