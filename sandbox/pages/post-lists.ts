import { byTime, withinTime } from './comment-views';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter, unknownField } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType, type ReadContext } from '../graph/graph-nodes';
import { listPage, pageUrl } from '../graph/paging';
import { numberOf, type JsonObject, type JsonValue } from '../json';
import { requireFeature, tokenOf } from './page-access';
import type { PostRecord } from './post-records';
import type { PageRecord } from '../world';

/** Gone from posts since version 3.3: asking for one fails the whole call. */
export const RETIRED_POST_FIELDS: readonly string[] = [
  'caption',
  'description',
  'icon',
  'link',
  'name',
  'object_id',
  'picture',
  'source',
  'type',
];

const LARGEST_PAGE = 100;
const USUAL_PAGE = 25;

export type PostEdge = 'feed' | 'posts' | 'published_posts' | 'scheduled_posts' | 'tagged' | 'visitor_posts';

const BELONGS: Readonly<Record<PostEdge, (post: PostRecord, pageId: string) => boolean>> = {
  feed: (post) => post.isPublished && !post.isElsewhere,
  posts: (post) => post.isPublished && post.authorId === undefined,
  published_posts: (post) => post.isPublished && post.authorId === undefined,
  scheduled_posts: (post) => !post.isPublished && post.scheduledFor !== undefined,
  tagged: (post, pageId) =>
    post.isPublished && post.authorId !== undefined && post.taggedPageIds.includes(pageId),
  visitor_posts: (post) => post.isPublished && post.authorId !== undefined && !post.isElsewhere,
};

/** One of a Page's lists of posts, newest first. */
export function pagePosts(
  context: SandboxContext,
  edge: PostEdge,
  type: NodeType<PostRecord>,
): EdgeReader<PageRecord> {
  return (page, read) => {
    requireFeature(tokenOf(read.request), 'pages_read_engagement', page.id);
    if (edge === 'tagged') requireFeature(tokenOf(read.request), 'pages_read_user_content', page.id);
    const { listedAfterMs, postsPerYear, feedPaging } = context.settings.pages;
    checkLimit(read);
    checkSelection(type, read);
    const posts = context.world
      .all('post')
      .filter((post) => post.pageId === page.id && BELONGS[edge](post, page.id))
      .filter(({ createdAt }) => context.clock.now() - createdAt >= listedAfterMs);
    const items = reachable(byTime(posts).reverse(), postsPerYear);
    const path = `/${page.id}/${edge}`;
    const render = (post: PostRecord): JsonValue => readNode(type, post, read.children, read.request);
    if (feedPaging === 'time') return pageByTime(items, read, path, render);
    return listPage(withinTime(items, read), read, { path, keyOf: ({ id }) => id, render });
  };
}

function checkLimit({ args }: ReadContext): void {
  if (Number(args.limit ?? 0) > LARGEST_PAGE) {
    throw invalidParameter(`Param limit must be at most ${LARGEST_PAGE}.`);
  }
}

/** Fields are checked before there is anything to read them from: an empty list refuses them, too. */
function checkSelection(type: NodeType<PostRecord>, { children }: ReadContext): void {
  for (const { name } of children ?? []) {
    if (name !== 'id' && !Object.hasOwn(type.fields, name) && !Object.hasOwn(type.edges, name)) {
      throw unknownField(name, type.name);
    }
    if (RETIRED_POST_FIELDS.includes(name)) throw catalogueError(12);
  }
}

/** Of each year only so many can be reached by lists; by id, all can. */
function reachable(posts: readonly PostRecord[], perYear: number): PostRecord[] {
  const counts = new Map<number, number>();
  return posts.filter(({ createdAt }) => {
    const year = new Date(createdAt).getUTCFullYear();
    const count = (counts.get(year) ?? 0) + 1;
    counts.set(year, count);
    return count <= perYear;
  });
}

/** The older way: `since`, `until` and a token for posts of the same second, and a `next` that may lead to nothing. */
function pageByTime(
  items: PostRecord[],
  read: ReadContext,
  path: string,
  render: (post: PostRecord) => JsonValue,
): JsonObject {
  const { args } = read;
  const limit = numberOf(args.limit) ?? USUAL_PAGE;
  const token = args.__paging_token?.replace(/^enc_/, '');
  const at = token === undefined ? -1 : items.findIndex(({ id }) => id === decodeToken(token));
  let page: PostRecord[];
  if (at < 0) page = withinTime(items, read).slice(0, limit);
  else if (args.__previous === '1') page = items.slice(Math.max(0, at - limit), at);
  else page = items.slice(at + 1, at + 1 + limit);
  const first = page[0];
  const last = page[page.length - 1];
  if (!first || !last) return { data: [] };
  const link = (post: PostRecord, parts: Record<string, string>): string => {
    const url = new URL(pageUrl(read, path, limit, {}));
    for (const name of ['since', 'until', '__paging_token', '__previous']) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(parts)) url.searchParams.set(name, value);
    url.searchParams.set('__paging_token', `enc_${Buffer.from(post.id).toString('base64url')}`);
    return url.toString();
  };
  return {
    data: page.map(render),
    paging: {
      previous: link(first, { since: secondsOf(first), __previous: '1' }),
      next: link(last, { until: secondsOf(last) }),
    },
  };
}

function secondsOf({ createdAt }: PostRecord): string {
  return String(Math.floor(createdAt / 1000));
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
