import type {
  ArrivedComment,
  ArrivedCommentEdit,
  ArrivedCommentHiding,
  ArrivedCommentLiking,
  ArrivedCommentRemoval,
  CommentAttachment,
  CommentMetadata,
  CommentNote,
} from './comment-types';

/**
 * What is known of a comment. Each event adds something, and `joined` adds it so that neither the order of events nor
 * their repetition makes a difference: ids are never taken back, of what changes the latest counts by Meta's time, and
 * what was removed stays so.
 */
export interface CommentFacts {
  /** The comment itself was told, and not only something about it. */
  isComplete: boolean;
  postExternalId: string | null;
  parentExternalId: string | null;
  authorId: string | null;
  author: { name: string | null; username: string | null; at: Date } | null;
  byBusiness: boolean;
  /** Text and attachment as they were at a time. null: nobody told, or it was removed. */
  version: { text: string | null; attachment: CommentAttachment | null; at: Date } | null;
  /** The earliest time that was told: Instagram's webhooks only have the time of the delivery. */
  commentedAt: Date | null;
  /** Of the last edit that Meta told of. */
  editedAt: Date | null;
  hiding: { isHidden: boolean; at: Date } | null;
  likes: { count: number; at: Date } | null;
  /** Whether the Page or account likes it itself. */
  liking: { isLiked: boolean; at: Date } | null;
  removedAt: Date | null;
  metadata: CommentMetadata;
}

export const NO_FACTS: CommentFacts = {
  isComplete: false,
  postExternalId: null,
  parentExternalId: null,
  authorId: null,
  author: null,
  byBusiness: false,
  version: null,
  commentedAt: null,
  editedAt: null,
  hiding: null,
  likes: null,
  liking: null,
  removedAt: null,
  metadata: {},
};

export function factsOfComment(comment: ArrivedComment): CommentFacts {
  const { author, at, asOf, isHidden, likeCount = null, isLiked = null } = comment;
  const isNamed = author !== null && (author.name !== null || author.username !== null);
  return {
    ...NO_FACTS,
    isComplete: true,
    postExternalId: comment.postExternalId,
    parentExternalId: comment.parentExternalId,
    authorId: author?.id ?? null,
    author: isNamed ? { name: author.name, username: author.username, at: asOf } : null,
    byBusiness: comment.byBusiness,
    version: { text: comment.text, attachment: comment.attachment, at: asOf },
    commentedAt: at,
    hiding: isHidden === null ? null : { isHidden, at: asOf },
    likes: likeCount === null ? null : { count: likeCount, at: asOf },
    liking: isLiked === null ? null : { isLiked, at: asOf },
    metadata: comment.metadata,
  };
}

export function factsOfEdit({ text, attachment, at }: ArrivedCommentEdit): CommentFacts {
  // Meta's times are whole seconds: of a comment and its edit within one second, the edit is the later.
  const version = { text, attachment, at: new Date(at.getTime() + 1) };
  return { ...NO_FACTS, version, editedAt: at };
}

export function factsOfHiding({ isHidden, at }: ArrivedCommentHiding): CommentFacts {
  return { ...NO_FACTS, hiding: { isHidden, at: new Date(at.getTime() + 1) } };
}

export function factsOfLiking({ isLiked, at }: ArrivedCommentLiking): CommentFacts {
  return { ...NO_FACTS, liking: { isLiked, at } };
}

export function factsOfNote({ metadata }: CommentNote): CommentFacts {
  return { ...NO_FACTS, metadata };
}

export function factsOfRemoval({ at }: ArrivedCommentRemoval): CommentFacts {
  return { ...NO_FACTS, removedAt: at };
}

/** Everything that either knows. Commutative, associative, idempotent. */
export function joined(a: CommentFacts, b: CommentFacts): CommentFacts {
  const removedAt = earliest(a.removedAt, b.removedAt);
  return {
    isComplete: a.isComplete || b.isComplete,
    postExternalId: greatest(a.postExternalId, b.postExternalId),
    parentExternalId: greatest(a.parentExternalId, b.parentExternalId),
    authorId: greatest(a.authorId, b.authorId),
    author: latest(a.author, b.author, ({ name, username }) => JSON.stringify([name, username])),
    byBusiness: a.byBusiness || b.byBusiness,
    // Its author, or the Page, took it back: what it said is not kept, also where that becomes known later.
    version:
      removedAt === null
        ? latest(a.version, b.version, ({ text, attachment }) =>
            JSON.stringify([text, attachment && [attachment.type, attachment.url]]),
          )
        : null,
    commentedAt: earliest(a.commentedAt, b.commentedAt),
    editedAt: removedAt === null ? newest(a.editedAt, b.editedAt) : null,
    hiding: latest(a.hiding, b.hiding, ({ isHidden }) => String(isHidden)),
    likes: latest(a.likes, b.likes, ({ count }) => String(count).padStart(16, '0')),
    liking: latest(a.liking, b.liking, ({ isLiked }) => String(isLiked)),
    removedAt,
    metadata: joinedMetadata(a.metadata, b.metadata),
  };
}

/** What people see of a comment; where it is the same, nobody needs to be told. */
export function appearanceOf({ version, hiding, editedAt, author, authorId }: CommentFacts): string {
  return JSON.stringify([
    version?.text ?? null,
    // Its address is another one each time that it is read.
    version?.attachment == null,
    hiding?.isHidden ?? false,
    editedAt,
    authorId,
    author?.name ?? null,
    author?.username ?? null,
  ]);
}

/** Equal for facts that would be stored alike. */
export function fingerprintOf(facts: CommentFacts): string {
  const { version, author, hiding, metadata, ...rest } = facts;
  return JSON.stringify([
    Object.values({ ...NO_FACTS, ...rest }),
    appearanceOf(facts),
    version?.at ?? null,
    version?.attachment?.type ?? null,
    version?.attachment?.url ?? null,
    author?.at ?? null,
    hiding?.at ?? null,
    Object.entries(metadata).sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);
}

/** Of two of the same time the one whose content is greater, so that the order of arrival decides nothing. */
function latest<T extends { at: Date }>(a: T | null, b: T | null, contentOf: (value: T) => string): T | null {
  if (a === null || b === null) return a ?? b;
  if (a.at.getTime() !== b.at.getTime()) return a.at > b.at ? a : b;
  return contentOf(a) >= contentOf(b) ? a : b;
}

function greatest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a >= b ? a : b;
}

function earliest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}

function newest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a >= b ? a : b;
}

function joinedMetadata(a: CommentMetadata, b: CommentMetadata): CommentMetadata {
  const both: Record<string, string | boolean> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = both[key];
    if (known === undefined || JSON.stringify(value) > JSON.stringify(known)) both[key] = value;
  }
  return both;
}
