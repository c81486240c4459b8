import type { SandboxContext } from '../context';
import { pageConversations } from '../direct/conversations.routes';
import { readNode, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { JsonObject } from '../json';
import { pageFeed, visitorPosts } from './posts.routes';
import type { InstagramRecord, PageRecord } from '../world';

/** The Page as a node; what is done to it stands in files of its own. */
export function pageType(
  context: SandboxContext,
  instagram: NodeType<InstagramRecord>,
): NodeType<PageRecord> {
  const { world, tokens } = context;
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
      fan_count: () => 120,
      followers_count: () => 125,
      is_published: () => true,
      verification_status: () => 'not_verified',
      has_transitioned_to_new_page_experience: () => true,
      website: () => 'https://shop.example/',
      phone: () => '+1 555-078-3881',
      emails: () => ['hello@shop.example'],
      picture: (page) => ({
        data: {
          height: 50,
          width: 50,
          is_silhouette: false,
          url: `https://scontent.example/${page.id}.jpg`,
        },
      }),
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
      feed: pageFeed(context, 'feed'),
      posts: pageFeed(context, 'posts'),
      published_posts: pageFeed(context, 'published_posts'),
      visitor_posts: visitorPosts(context),
    },
  };
}
