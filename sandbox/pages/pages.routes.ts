import type { SandboxContext } from '../context';
import { pageConversations } from '../direct/conversations.routes';
import { readNode, type NodeType, type ReadContext } from '../graph/graph-nodes';
import { invalidParameter } from '../graph/graph-error';
import { GraphReply } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { flagOf, textOf, type JsonObject } from '../json';
import { pageInsights } from './insights.routes';
import { pageRatings } from './leads.routes';
import { pagePhotos } from './photos.routes';
import { pagePosts } from './post-lists';
import { postType } from './posts.routes';
import { pageStories } from './reels.routes';
import { pageVideos } from './videos.routes';
import type { InstagramRecord, PageRecord } from '../world';

/** The Page as a node; what is done to it stands in files of its own. */
export function pageType(
  context: SandboxContext,
  instagram: NodeType<InstagramRecord>,
): NodeType<PageRecord> {
  const { world, tokens } = context;
  const post = postType(context);
  const account = (id: string | undefined, read: ReadContext): JsonObject | undefined => {
    const record = id === undefined ? undefined : world.findKind('instagram', id);
    if (!record) return undefined;
    return read.children ? readNode(instagram, record, read.children, read.request) : { id: record.id };
  };
  return {
    name: 'Page',
    defaults: ['name'],
    fields: {
      name: (page) => page.name,
      category: (page) => page.category,
      category_list: (page) => [{ id: '2201', name: page.category }],
      tasks: (page) => page.tasks,
      username: (page) => page.name.toLowerCase().replace(/\W+/g, ''),
      about: () => undefined,
      link: (page) => `https://www.facebook.com/${page.id}`,
      fan_count: (page) => page.fans,
      followers_count: (page) => page.followers,
      is_published: () => true,
      verification_status: () => 'not_verified',
      has_transitioned_to_new_page_experience: () => true,
      website: () => 'https://shop.example/',
      phone: () => '+1 555-078-3881',
      emails: () => ['hello@shop.example'],
      picture: (page, { args }) => ({ data: pictureOf(page, args.type) }),
      cover: (page) => ({
        id: `${page.id}1`,
        source: `https://scontent.example/${page.id}-cover.jpg`,
        offset_x: 0,
        offset_y: 50,
      }),
      business: (page) => {
        const owner =
          page.ownerBusinessId === undefined ? undefined : world.findKind('business', page.ownerBusinessId);
        return owner && { id: owner.id, name: owner.name };
      },
      // Only for those who manage the Page; others see it without.
      access_token: (page, { request: { token } }) => {
        if (!token || page.tasks.length === 0 || page.withholdsToken) return undefined;
        if (token.kind === 'PAGE') return token.token;
        return tokens.pageToken(token, page.id).token;
      },
      instagram_business_account: (page, read) => account(page.instagramId, read),
      connected_instagram_account: (page, read) =>
        account(page.personalInstagramId ?? page.instagramId, read),
    },
    edges: {
      conversations: pageConversations(context),
      feed: pagePosts(context, 'feed', post),
      posts: pagePosts(context, 'posts', post),
      published_posts: pagePosts(context, 'published_posts', post),
      scheduled_posts: pagePosts(context, 'scheduled_posts', post),
      tagged: pagePosts(context, 'tagged', post),
      visitor_posts: pagePosts(context, 'visitor_posts', post),
      photos: pagePhotos(context),
      videos: pageVideos(context, 'videos'),
      video_reels: pageVideos(context, 'video_reels'),
      stories: pageStories(context),
      ratings: pageRatings(context),
      insights: pageInsights(context),
    },
  };
}

const PICTURE_SIZES: Readonly<Record<string, number>> = {
  small: 50,
  normal: 100,
  album: 50,
  large: 200,
  square: 50,
};

function pictureOf({ id }: PageRecord, type = 'square'): JsonObject {
  const size = PICTURE_SIZES[type];
  if (size === undefined) {
    throw invalidParameter(`Param type must be one of {${Object.keys(PICTURE_SIZES).join(', ')}}`);
  }
  return { height: size, is_silhouette: false, url: `https://scontent.example/${id}.jpg`, width: size };
}

/** `GET /{page}/picture` leads to the picture itself, or with `redirect=0` describes it. */
export function registerPagePictures(router: GraphRouter): void {
  router.on('GET', 'page', 'picture', (page, { params }) => {
    const picture = pictureOf(page, textOf(params.type));
    if (flagOf(params.redirect) === false) return { data: picture };
    return new GraphReply(302, '', { location: textOf(picture.url) ?? '' });
  });
}
