import { InstagramAccountScope } from '../accounts/account-scope';
import { InstagramCommentChannel } from './comment-channel';
import { InstagramCommentScope } from './comment-scope';
import { CommentWritesApi } from './comment-writes-api';
import { InstagramCommentsController } from './comments.controller';
import { InstagramCommentReplies } from './instagram-comment-replies';
import { PrivateReplyHandler } from './private-reply.handler';

/** Comments at Instagram accounts, as InstagramModule puts them together with the rest. */
export const COMMENT_CONTROLLERS = [InstagramCommentsController];

export const COMMENT_PROVIDERS = [
  // Has no state: that others list it, too, does not matter.
  InstagramAccountScope,
  CommentWritesApi,
  InstagramCommentChannel,
  InstagramCommentReplies,
  InstagramCommentScope,
  PrivateReplyHandler,
];
