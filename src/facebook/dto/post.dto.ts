import { ApiProperty } from '@nestjs/swagger';
import { addressAtMeta } from '../posts/post-draft';
import { type ReadAttachment, type ReadPost, typeOf } from '../posts/post-reading';
import { PUBLICATION_STATES, type PublicationState } from '../posts/publication-states';
import type { FacebookPublicationEntity } from '../entities/facebook-publication.entity';

const POST_ID = '113470551234567_122106839456789';
const PERMALINK = 'https://www.facebook.com/113470551234567/posts/122106839456789';

/** What hangs on a post. */
export class PostAttachmentDto {
  /** Meta's word: `photo`, `video`, `link`, `album`, `event`, …. */
  @ApiProperty({ type: String, example: 'photo' })
  type!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://www.facebook.com/photo/?fbid=122106839123456',
  })
  url!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  title!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example.net/pumpkins.jpg' })
  picture!: string | null;

  static from({ type, url, title, pictureUrl }: ReadAttachment): PostAttachmentDto {
    return Object.assign(new PostAttachmentDto(), { type, url, title, picture: pictureUrl });
  }
}

/** A post of a Page. */
export class PostDto {
  /** Meta's id; of what Meta does not have yet, ours. */
  @ApiProperty({ type: String, example: POST_ID })
  id!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Pumpkins are in!' })
  message!: string | null;
  /** When it was published; of one that is not, when it was made. */
  @ApiProperty({ type: Date, nullable: true })
  createdTime!: Date | null;
  /** `status` for text alone, else Meta's word for what hangs on it: `photo`, `video`, `link`, `album`, …. */
  @ApiProperty({ type: String, example: 'photo' })
  type!: string;
  /** Where people see it. */
  @ApiProperty({ type: String, nullable: true, example: PERMALINK })
  permalinkUrl!: string | null;
  /** Address of its picture, which stops working after some days. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example.net/pumpkins.jpg' })
  picture!: string | null;
  @ApiProperty({ type: Number, example: 42 })
  likes!: number;
  /** Those right under the post, without answers to comments. */
  @ApiProperty({ type: Number, example: 7 })
  comments!: number;
  @ApiProperty({ type: Number, example: 3 })
  shares!: number;
  /** Of all kinds, likes among them. */
  @ApiProperty({ type: Number, example: 51 })
  reactions!: number;
  /** As publications have it; `published` for posts that were made elsewhere. */
  @ApiProperty({ type: String, enum: PUBLICATION_STATES, example: 'published' })
  status!: PublicationState;
  @ApiProperty({ type: Date, nullable: true, example: null })
  scheduledPublishTime!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  updatedTime!: Date | null;
  /** Meta's word for how it came to be, such as `added_photos`. */
  @ApiProperty({ type: String, nullable: true, example: 'added_photos' })
  statusType!: string | null;
  /** What Meta writes by itself, such as that somebody changed the cover photo. */
  @ApiProperty({ type: String, nullable: true, example: null })
  story!: string | null;
  @ApiProperty({ type: Boolean, example: false })
  isHidden!: boolean;
  @ApiProperty({ type: [PostAttachmentDto] })
  attachments!: PostAttachmentDto[];
  /** Of what was published from here: see `GET /publications/{id}`. `null` for posts that were made elsewhere. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  publicationId!: string | null;

  static from(post: ReadPost, publication: FacebookPublicationEntity | null): PostDto {
    return Object.assign(new PostDto(), {
      id: post.id,
      message: post.message,
      createdTime: post.createdAt,
      type: typeOf(post),
      permalinkUrl: post.permalinkUrl,
      picture: post.pictureUrl ?? post.attachments[0]?.pictureUrl ?? null,
      likes: post.likes ?? 0,
      comments: post.comments ?? 0,
      shares: post.shares,
      reactions: post.reactions ?? 0,
      status: statusOf(post),
      scheduledPublishTime: post.scheduledAt,
      updatedTime: post.updatedAt,
      statusType: post.statusType,
      story: post.story,
      isHidden: post.isHidden ?? false,
      attachments: post.attachments.map((attachment) => PostAttachmentDto.from(attachment)),
      publicationId: publication?.id ?? null,
    });
  }

  /** Of what Meta has no post of (any more), or cannot be asked about. */
  static ofPublication(publication: FacebookPublicationEntity): PostDto {
    const { media, link } = publication;
    return Object.assign(new PostDto(), {
      id: idOf(publication),
      message: publication.message,
      createdTime: publication.startedAt ?? publication.createdAt,
      type: media.length > 1 ? 'album' : (media[0]?.type ?? (link === null ? 'status' : 'link')),
      permalinkUrl: permalinkOf(publication),
      picture: null,
      likes: 0,
      comments: 0,
      shares: 0,
      reactions: 0,
      status: publication.state,
      scheduledPublishTime: publication.scheduledAt,
      updatedTime: publication.updatedAt,
      statusType: null,
      story: null,
      isHidden: false,
      attachments: [],
      publicationId: publication.id,
    });
  }
}

export class PostPaginationDto {
  @ApiProperty({ type: Number, example: 25 })
  limit!: number;
  /** Send it as `before` for what is older; `null` on the last page. */
  @ApiProperty({ type: String, nullable: true, example: 'QVFIUmpX' })
  before!: string | null;
  /** Send it as `after` for what is newer; `null` where there is no place to go on from. */
  @ApiProperty({ type: String, nullable: true, example: 'QVFIUnB1' })
  after!: string | null;
}

export class PostListDto {
  @ApiProperty({ type: [PostDto] })
  posts!: PostDto[];
  @ApiProperty({ type: PostPaginationDto })
  pagination!: PostPaginationDto;
}

/** What became of a post that was ordered, as far as it is known by now. */
export class CreatedPostDto {
  /** Meta's id, once there is one; else ours, by which the post can be asked for just as well. */
  @ApiProperty({ type: String, example: POST_ID })
  id!: string;
  /** Where people see it; `null` until Meta has it. */
  @ApiProperty({ type: String, nullable: true, example: PERMALINK })
  permalinkUrl!: string | null;
  /**
   * `published`, `scheduled` and `unpublished` are what was asked for. `processing`: Meta has the video and is at work on it.
   * `preparing` and `publishing`: it is not done yet. `unknown`: Meta’s answer was lost, and it is being found out.
   */
  @ApiProperty({ type: String, enum: PUBLICATION_STATES, example: 'published' })
  status!: PublicationState;
  /** Our id of this order. It stays, whatever becomes of it. */
  @ApiProperty({ type: String, format: 'uuid' })
  publicationId!: string;
  @ApiProperty({ type: Date, nullable: true, example: null })
  scheduledPublishTime!: Date | null;
  /** A sentence for people where something is left to be done or waited for. */
  @ApiProperty({ type: String, nullable: true, example: null })
  advice!: string | null;

  static from(publication: FacebookPublicationEntity): CreatedPostDto {
    return Object.assign(new CreatedPostDto(), {
      id: idOf(publication),
      permalinkUrl: permalinkOf(publication),
      status: publication.state,
      publicationId: publication.id,
      scheduledPublishTime: publication.scheduledAt,
      advice: ADVICE[publication.state] ?? null,
    });
  }
}

const DO_NOT_REPEAT =
  'Do not post it again: ask for it with GET /api/meta/facebook/posts/{publicationId} until it is settled.';
const ADVICE: Partial<Record<PublicationState, string>> = {
  preparing: `It is not at Meta yet; what stands in its way is tried again. ${DO_NOT_REPEAT}`,
  publishing: `Meta has not answered yet. ${DO_NOT_REPEAT}`,
  unknown: `Meta’s answer was lost, and it is being found out whether it stands on the Page. ${DO_NOT_REPEAT}`,
  processing: `Meta has the video and is still at work on it. ${DO_NOT_REPEAT}`,
};

export class RemovedPostDto {
  @ApiProperty({ type: String, example: POST_ID })
  id!: string;
  @ApiProperty({ type: String, enum: ['removed', 'cancelled'] })
  status!: 'removed' | 'cancelled';
}

/** Not that of a video: the post that it becomes has another one. */
function idOf({ postId, id }: FacebookPublicationEntity): string {
  return postId ?? id;
}

function permalinkOf({ permalinkUrl, postId, videoId, state }: FacebookPublicationEntity): string | null {
  const metaId = postId ?? videoId;
  if (metaId === null || ['preparing', 'publishing', 'unknown', 'removed'].includes(state)) return null;
  return permalinkUrl ?? addressAtMeta(metaId);
}

function statusOf({ isPublished, scheduledAt }: ReadPost): PublicationState {
  if (isPublished !== false) return 'published';
  return scheduledAt === null ? 'unpublished' : 'scheduled';
}
