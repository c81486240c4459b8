import { FacebookCommentChannel } from './comment-channel';
import { FacebookCommentScope } from './comment-scope';
import { CommentWritesApi } from './comment-writes-api';
import { FacebookCommentsController } from './comments.controller';
import { FacebookCommentReplies } from './facebook-comment-replies';
import { PrivateReplyHandler } from './private-reply.handler';

/** Comments at Pages, as FacebookModule puts them together with the rest. */
export const COMMENT_CONTROLLERS = [FacebookCommentsController];

export const COMMENT_PROVIDERS = [
  CommentWritesApi,
  FacebookCommentChannel,
  FacebookCommentReplies,
  FacebookCommentScope,
  PrivateReplyHandler,
];
