import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../../errors/app.error';
import { GraphConfigurationError, GraphReauthRequiredError } from '../../graph-client/graph.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InstagramAccountScope } from '../accounts/account-scope';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from '../accounts/instagram-access';
import type { InstagramDoor } from '../accounts/instagram-api';
import { MediaApi, type ReadInstagramMedia, type ReadMediaPage } from './media-api';
import { isUnknownObject } from './publication-outcome';
import { nodeOf } from './publishing-api';

/** What is on an account, read from Meta when it is asked for: likes and comments change all the time. */
@Injectable()
export class InstagramMediaService {
  constructor(
    private readonly scope: InstagramAccountScope,
    private readonly access: InstagramAccess,
    private readonly api: MediaApi,
  ) {}

  /** Newest first. @param page at most one of `before` (older) and `after` (newer), each a cursor of Meta's */
  async page(
    user: AuthenticatedUser,
    ref: string | undefined,
    { limit, before, after }: { limit: number; before?: string | undefined; after?: string | undefined },
  ): Promise<ReadMediaPage> {
    const account = await this.scope.resolve(user, ref);
    return this.access.with(account, (door) =>
      this.api.page(door, nodeOf(account), { limit, older: before, newer: after }),
    );
  }

  async stories(user: AuthenticatedUser, ref: string | undefined): Promise<ReadInstagramMedia[]> {
    const account = await this.scope.resolve(user, ref);
    return this.access.with(account, (door) => this.api.stories(door, nodeOf(account)));
  }

  /** @throws NotFoundError also for another account's */
  async get(user: AuthenticatedUser, ref: string | undefined, mediaId: string): Promise<ReadInstagramMedia> {
    const account = await this.scope.resolve(user, ref);
    return this.access.with(account, (door) => this.own(account, door, mediaId));
  }

  /** @throws NotFoundError also for another account's */
  async delete(user: AuthenticatedUser, ref: string | undefined, mediaId: string): Promise<void> {
    const account = await this.scope.resolve(user, ref);
    await this.access.with(account, async (door) => {
      await this.own(account, door, mediaId);
      await this.api.delete(door, mediaId).catch((error: unknown) => {
        throw withAdvice(error);
      });
    });
  }

  async setComments(
    user: AuthenticatedUser,
    ref: string | undefined,
    mediaId: string,
    isEnabled: boolean,
  ): Promise<void> {
    const account = await this.scope.resolve(user, ref);
    await this.access.with(account, async (door) => {
      await this.own(account, door, mediaId);
      await this.api.setComments(door, mediaId, isEnabled);
    });
  }

  /** The token opens more than media: a comment or a post of the Page has an id as well, and could be deleted by it. */
  private async own(
    account: InstagramAccountEntity,
    door: InstagramDoor,
    mediaId: string,
  ): Promise<ReadInstagramMedia> {
    const media = await this.api.one(door, mediaId).catch((error: unknown) => {
      throw isUnknownObject(error) ? noSuchMedia() : error;
    });
    const { igAccountId, appScopedId, username } = account;
    // Meta names the owner of its app users' own media only; the name is always there.
    const isOwn =
      media.ownerId === null
        ? media.username !== null && media.username === username
        : media.ownerId === igAccountId || media.ownerId === appScopedId;
    if (media.mediaType === null || !isOwn) throw noSuchMedia();
    return media;
  }
}

function noSuchMedia(): NotFoundError {
  return new NotFoundError('There is no such media on this account.');
}

/** Deleting is new at Meta, and its permission is not asked for by most apps. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof GraphReauthRequiredError) && !(error instanceof GraphConfigurationError))
    return error;
  return new GraphReauthRequiredError(
    'Meta does not let this app delete media. It seems to want the permission instagram_manage_contents, for which the app must be reviewed; otherwise delete it in the Instagram app.',
    { meta: error.meta },
    'instagram_manage_contents',
  );
}
