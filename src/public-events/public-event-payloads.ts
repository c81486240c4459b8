import type { CommentDto } from '../conversations/dto/comment.dto';
import type { ConversationDto } from '../conversations/dto/conversation.dto';
import type { ThreadMessageDto } from '../conversations/dto/thread-message.dto';
import type { DomainEventKind, DomainEventMap } from '../domain-events/domain-events';
import type { PublicEventType, RENAMED } from './public-event';

type Renamed = typeof RENAMED;

/** The domain events that are told under a name. */
type KindsOf<T extends PublicEventType> =
  Extract<T, DomainEventKind> | { [K in keyof Renamed]: Renamed[K] extends T ? K : never }[keyof Renamed];

/** What is said of a post, on whichever platform. */
interface PostFacts {
  platform: 'facebook' | 'instagram';
  /** Meta's id of it; null while there is none. */
  externalId: string | null;
  permalink: string | null;
  /** `post` on a Page, else what was published on Instagram, as `reel`. */
  kind: string;
  publicationId: string | null;
  assetId: string;
  title: string | null;
  /** Of a Page's. */
  pageId?: string;
}

/** What `dataOf` makes of a payload, where it is more than the payload itself. */
type Told<K extends DomainEventKind> = K extends 'message.media_stored'
  ? DomainEventMap[K] & { change: 'media_stored' }
  : K extends `facebook.post.${string}` | `instagram.media.${string}`
    ? PostFacts & Omit<DomainEventMap[K], keyof PostFacts | 'postId' | 'permalinkUrl' | SentInOtherWords>
    : DomainEventMap[K];

type SentInOtherWords = 'mediaId' | 'publicationKind' | 'caption';

/** What `PublicEvents` adds: null where it is gone. */
type Shown<T extends PublicEventType> = (T extends 'message.created' | 'message.updated'
  ? { message: ThreadMessageDto | null }
  : unknown) &
  (T extends 'message.created' | 'conversation.updated' | 'conversation.assigned' | 'sentiment.alert'
    ? { conversation: ConversationDto | null }
    : unknown) &
  (T extends `comment.${string}` ? { comment?: CommentDto | null } : unknown);

/** The `data` of each public event. The types of the TypeScript client are made of it. */
export type PublicEventPayloads = {
  [T in PublicEventType]: Told<KindsOf<T>> & Shown<T>;
};
