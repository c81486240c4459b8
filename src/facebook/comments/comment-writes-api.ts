import { Injectable } from '@nestjs/common';
import type { AnswerContent } from '../../conversations/comments/comment-channel';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId, GraphSuccess } from '../../graph-client/graph-fields';
import { GraphRejectedError } from '../../graph-client/graph.error';

class CreatedComment {
  @GraphId() id!: string;
}

/** Somebody is waiting. */
const INTERACTIVE_MS = 8_000;

/** The Graph endpoints by which a Page writes comments and moderates those of others. */
@Injectable()
export class CommentWritesApi {
  constructor(private readonly graph: GraphClient) {}

  /** One attempt: Meta would publish it again for every further one. @param onId a post or a comment */
  async publish(token: string, onId: string, { message, attachmentUrl }: AnswerContent): Promise<string> {
    const { id } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(onId)}/comments`,
      token,
      body: {
        ...(message !== null && { message }),
        ...(attachmentUrl !== null && { attachment_url: attachmentUrl }),
      },
      response: CreatedComment,
      timeoutMs: INTERACTIVE_MS,
    });
    return id;
  }

  async setHidden(token: string, commentId: string, isHidden: boolean): Promise<void> {
    await this.change('POST', `/${encodeURIComponent(commentId)}`, token, { is_hidden: isHidden });
  }

  async edit(token: string, commentId: string, message: string): Promise<void> {
    await this.change('POST', `/${encodeURIComponent(commentId)}`, token, { message });
  }

  async setLiked(token: string, commentId: string, isLiked: boolean): Promise<void> {
    await this.change(isLiked ? 'POST' : 'DELETE', `/${encodeURIComponent(commentId)}/likes`, token);
  }

  async remove(token: string, commentId: string): Promise<void> {
    await this.change('DELETE', `/${encodeURIComponent(commentId)}`, token);
  }

  private async change(
    method: 'POST' | 'DELETE',
    path: string,
    token: string,
    body?: Record<string, unknown>,
  ): Promise<void> {
    const { success } = await this.graph.call({
      method,
      path,
      token,
      ...(body !== undefined && { body }),
      response: GraphSuccess,
      // Doing it twice leaves the same.
      retry: 'safe',
      timeoutMs: INTERACTIVE_MS,
    });
    if (!success) throw new GraphRejectedError('Meta answered that it did not do this.');
  }
}
