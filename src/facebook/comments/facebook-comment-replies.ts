import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommentReplies, refuseForComments } from '../../conversations/comment-threads/comment-replies';
import type { AnswerContent } from '../../conversations/comments/comment-channel';
import {
  type ReplyChannel,
  ReplyChannels,
  type ReplyRequest,
  type TakenReply,
} from '../../conversations/replies/reply-channel';
import { refuse, renamed, renaming } from '../../conversations/replies/reply-refusals';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { FacebookPrivateReplyDto, WriteFacebookCommentDto } from '../dto/comment.dto';

/** Replies from the inbox to comments at Pages. */
@Injectable()
export class FacebookCommentReplies implements ReplyChannel, OnModuleInit {
  readonly name = 'facebook-comments';
  private readonly strict = new DtoValidationPipe();

  constructor(
    private readonly channels: ReplyChannels,
    private readonly replies: CommentReplies,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async reply(request: ReplyRequest): Promise<TakenReply> {
    return this.replies.reply('facebook', request, await this.contentOf(request));
  }

  /** Facebook tells nobody that their comment was read. */
  async markRead(): Promise<void> {
    await Promise.resolve();
  }

  private async contentOf({ body }: ReplyRequest): Promise<AnswerContent> {
    refuseForComments(body);
    const isPrivate = body.visibility === 'private';
    if (body.type === 'text') {
      const metatype = isPrivate ? FacebookPrivateReplyDto : WriteFacebookCommentDto;
      const message = body.text.body;
      await this.check({ message }, metatype, [['message', 'text.body']]);
      return { message, attachmentUrl: null };
    }
    if (isPrivate) refuse('type', 'A private reply to a comment is a text: type must be text.');
    if (body.type !== 'image')
      return refuse(
        'type',
        `This conversation is of comments at a Page: type can be text, or image with a link, and not ${body.type}.`,
      );
    const { link, caption, filename } = body.media;
    if (link === undefined)
      return refuse(
        'media.id',
        'Facebook fetches the picture of a comment itself: give link in place of id.',
      );
    if (filename !== undefined) refuse('media.filename', 'A picture has no name here. Leave it out.');
    await this.check(
      { attachmentUrl: link, ...(caption === undefined ? {} : { message: caption }) },
      WriteFacebookCommentDto,
      [
        ['message', 'media.caption'],
        ['attachmentUrl', 'media.link'],
      ],
    );
    return { message: caption ?? null, attachmentUrl: link };
  }

  private async check(
    body: object,
    metatype: new () => object,
    names: readonly (readonly [from: string, to: string])[],
  ): Promise<void> {
    await renaming(
      (path) => renamed(path, names) ?? path,
      () => this.strict.transform(body, { type: 'body', metatype }),
    );
  }
}
