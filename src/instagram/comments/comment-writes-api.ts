import { Injectable } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId, GraphSuccess } from '../../graph-client/graph-fields';
import { GraphRejectedError } from '../../graph-client/graph.error';
import type { InstagramDoor } from '../accounts/instagram-api';

class CreatedComment {
  @GraphId() id!: string;
}

/** Somebody is waiting. */
const INTERACTIVE_MS = 8_000;

/** The Graph endpoints by which an account writes comments and moderates those of others. */
@Injectable()
export class CommentWritesApi {
  constructor(private readonly graph: GraphClient) {}

  /** One attempt: Meta would publish it again for every further one. */
  async publish(
    { host, token }: InstagramDoor,
    on: { mediaId: string } | { commentId: string },
    message: string,
  ): Promise<string> {
    const path =
      'mediaId' in on
        ? `/${encodeURIComponent(on.mediaId)}/comments`
        : `/${encodeURIComponent(on.commentId)}/replies`;
    const { id } = await this.graph.call({
      method: 'POST',
      host,
      path,
      token,
      body: { message },
      response: CreatedComment,
      timeoutMs: INTERACTIVE_MS,
    });
    return id;
  }

  async setHidden(door: InstagramDoor, commentId: string, isHidden: boolean): Promise<void> {
    await this.change('POST', commentId, door, { hide: isHidden });
  }

  async remove(door: InstagramDoor, commentId: string): Promise<void> {
    await this.change('DELETE', commentId, door);
  }

  private async change(
    method: 'POST' | 'DELETE',
    commentId: string,
    { host, token }: InstagramDoor,
    query: Record<string, boolean> = {},
  ): Promise<void> {
    const { success } = await this.graph.call({
      method,
      host,
      path: `/${encodeURIComponent(commentId)}`,
      token,
      query,
      response: GraphSuccess,
      // Doing it twice leaves the same.
      retry: 'safe',
      timeoutMs: INTERACTIVE_MS,
    });
    if (!success) throw new GraphRejectedError('Meta answered that it did not do this.');
  }
}
