import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommentReplies, refuseForComments } from '../../conversations/comment-threads/comment-replies';
import type { AnswerContent } from '../../conversations/comments/comment-channel';
import {
  type ReplyChannel,
  ReplyChannels,
  type ReplyRequest,
  type TakenReply,
} from '../../conversations/replies/reply-channel';
import { refuse, renaming } from '../../conversations/replies/reply-refusals';
import { ValidationFailedError } from '../../errors/app.error';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { InstagramPrivateReplyDto, MOST_MESSAGE_BYTES, WriteInstagramCommentDto } from '../dto/comment.dto';

/** Replies from the inbox to comments at Instagram accounts. */
@Injectable()
export class InstagramCommentReplies implements ReplyChannel, OnModuleInit {
  readonly name = 'instagram-comments';
  private readonly strict = new DtoValidationPipe();

  constructor(
    private readonly channels: ReplyChannels,
    private readonly replies: CommentReplies,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async reply(request: ReplyRequest): Promise<TakenReply> {
    return this.replies.reply('instagram', request, await this.contentOf(request));
  }

  /** Instagram tells nobody that their comment was read. */
  async markRead(): Promise<void> {
    await Promise.resolve();
  }

  private async contentOf({ body }: ReplyRequest): Promise<AnswerContent> {
    refuseForComments(body);
    if (body.type !== 'text')
      return refuse(
        'type',
        `This conversation is of comments on Instagram, which takes words only: type must be text, and not ${body.type}.`,
      );
    const message = body.text.body;
    const isPrivate = body.visibility === 'private';
    await renaming(
      () => 'text.body',
      () =>
        this.strict.transform(
          { message },
          { type: 'body', metatype: isPrivate ? InstagramPrivateReplyDto : WriteInstagramCommentDto },
        ),
    );
    if (isPrivate && Buffer.byteLength(message) > MOST_MESSAGE_BYTES)
      throw ValidationFailedError.of(
        'text.body',
        'maxBytes',
        `body must be at most ${MOST_MESSAGE_BYTES} bytes long as a private reply.`,
      );
    return { message, attachmentUrl: null };
  }
}
