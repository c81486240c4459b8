import type { SandboxContext } from '../context';
import { instagramConversations } from '../direct/conversations.routes';
import type { NodeType } from '../graph/graph-nodes';
import { accountMedia } from './instagram-media.routes';
import type { InstagramRecord } from '../world';

/** The Instagram account as a node, for both ways in. */
export function instagramType(context: SandboxContext): NodeType<InstagramRecord> {
  return {
    name: 'IGUser',
    // Instagram Login knows the account by an app-scoped id; webhooks and `user_id` carry the other one.
    idFor: (account, { token }) => (token?.kind === 'INSTAGRAM' ? account.appScopedId : account.id),
    defaults: [],
    fields: {
      user_id: (account) => account.id,
      ig_id: (account) => Number(account.id.slice(-10)),
      username: (account) => account.username,
      name: (account) => account.name,
      account_type: () => 'BUSINESS',
      profile_picture_url: (account) => `https://scontent.example/${account.id}.jpg`,
      biography: () => undefined,
      website: () => undefined,
      followers_count: () => 321,
      follows_count: () => 12,
      media_count: (account) =>
        context.world.all('instagram-media').filter(({ instagramId }) => instagramId === account.id).length,
    },
    edges: {
      media: accountMedia(context, 'media'),
      stories: accountMedia(context, 'stories'),
      conversations: instagramConversations(context),
    },
  };
}
