import type { SandboxContext } from '../context';
import { accountInsights } from './account-insights';
import { instagramConversations } from '../direct/conversations.routes';
import { missingParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType } from '../graph/graph-nodes';
import { requireInstagram } from './instagram-access';
import { notThisWayIn, publishingError } from './instagram-errors';
import { accountMedia, publicMedia } from './instagram-media.routes';
import { mentionedComment, mentionedMedia, taggedMedia } from './instagram-mentions';
import { publishingLimit } from './publishing.routes';
import { tokenOf } from '../pages/page-access';
import type { InstagramRecord } from '../world';

const filled = (text: string): string | undefined => (text === '' ? undefined : text);

/** The Instagram account as a node, for both ways in. */
export function instagramType(context: SandboxContext): NodeType<InstagramRecord> {
  return {
    name: 'IGUser',
    // Instagram Login knows the account by an app-scoped id; webhooks and `user_id` carry the other one.
    idFor: (account, { token }) => (token?.kind === 'INSTAGRAM' ? account.appScopedId : account.id),
    defaults: [],
    fields: {
      ...profileFields(context),
      user_id: (account) => account.id,
      account_type: ({ profile }) => profile.accountType,
    },
    edges: {
      media: accountMedia(context, 'media'),
      stories: accountMedia(context, 'stories'),
      live_media: accountMedia(context, 'live_media'),
      tags: taggedMedia(context),
      mentioned_comment: mentionedComment(context),
      mentioned_media: mentionedMedia(context),
      business_discovery: businessDiscovery(context),
      content_publishing_limit: publishingLimit(context),
      insights: accountInsights(context),
      conversations: instagramConversations(context),
    },
  };
}

/** What everybody may see. */
function profileFields(context: SandboxContext): NodeType<InstagramRecord>['fields'] {
  return {
    ig_id: (account) => Number(account.id.slice(-10)),
    username: (account) => account.username,
    name: (account) => filled(account.name),
    profile_picture_url: (account) => `https://scontent.example/${account.id}.jpg`,
    biography: ({ profile }) => filled(profile.biography),
    website: ({ profile }) => filled(profile.website),
    followers_count: ({ profile }) => profile.followers,
    follows_count: ({ profile }) => profile.follows,
    media_count: (account) =>
      context.world
        .all('instagram-media')
        .filter(
          ({ instagramId, parentId, productType }) =>
            instagramId === account.id && parentId === undefined && productType !== 'STORY',
        ).length,
  };
}

/** Another professional account by its name: `business_discovery.username(x){followers_count,media{…}}`. */
function businessDiscovery(context: SandboxContext): EdgeReader<InstagramRecord> {
  const type: NodeType<InstagramRecord> = {
    name: 'ShadowIGUser',
    defaults: [],
    fields: profileFields(context),
    edges: { media: publicMedia(context, 'media') },
  };
  return (account, read) => {
    const token = tokenOf(read.request);
    if (token.kind === 'INSTAGRAM') throw notThisWayIn();
    requireInstagram(token, 'basic', account);
    const { username } = read.args;
    if (username === undefined) throw missingParameter('username');
    const found = context.world.all('instagram').find((one) => one.username === username);
    if (!found) throw publishingError(2207013, `The user with username: ${username} cannot be found.`);
    return readNode(type, found, read.children, read.request);
  };
}
