import { Module } from '@nestjs/common';
import { GraphClientModule } from '../../graph-client/graph-client.module';
import { IdentityModule } from '../../identity/identity.module';
import { CommentReplies } from '../comment-threads/comment-replies';
import { CommentActionReconciler } from './comment-action-reconciler';
import { CommentActionSettlement } from './comment-action-settlement';
import { CommentActionsRepository } from './comment-actions.repository';
import { CommentActions } from './comment-actions.service';
import { CommentActionsSweeper } from './comment-actions.sweeper';
import { CommentChannels } from './comment-channel';
import { CommentList } from './comment-list.service';
import { CommentModeration } from './comment-moderation.service';
import { PrivateReplyApi } from './comment-private-api';
import { CommentRefresh } from './comment-refresh.service';
import { ConversationsModule } from '../conversations.module';

/** Reading and answering comments, for Pages and Instagram accounts alike. */
@Module({
  imports: [ConversationsModule, GraphClientModule, IdentityModule],
  providers: [
    CommentActionReconciler,
    CommentActions,
    CommentActionSettlement,
    CommentActionsRepository,
    CommentActionsSweeper,
    CommentChannels,
    CommentList,
    CommentModeration,
    CommentRefresh,
    CommentReplies,
    PrivateReplyApi,
  ],
  exports: [
    CommentActions,
    CommentActionSettlement,
    CommentChannels,
    CommentList,
    CommentModeration,
    CommentRefresh,
    CommentReplies,
    PrivateReplyApi,
  ],
})
export class CommentInboxModule {}
