import { Injectable } from '@nestjs/common';
import { type AccountId, type InstagramPublicationId, newId } from '../../database/ids';
import {
  AccountNotFoundError,
  ConflictError,
  NotFoundError,
  ValidationFailedError,
} from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { IdempotencyKeys, requestDigest } from '../../http/idempotency-key';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { PublicFilesRepository } from '../../media/public-files.repository';
import { InstagramAccountScope } from '../accounts/account-scope';
import { AccountsRepository } from '../accounts/accounts.repository';
import type { PublishInstagramMediaDto } from '../dto/publish-media.dto';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import type { InstagramPublicationContainerEntity } from '../entities/instagram-publication-container.entity';
import type {
  InstagramPublicationEntity,
  PublicationRequest,
  PublicationState,
} from '../entities/instagram-publication.entity';
import { InstagramAccess } from '../accounts/instagram-access';
import { containerPlans } from './container-parameters';
import { PublicationFiles, filesOf } from './publication-files';
import { problemsOf, timeProblems } from './publication-rules';
import { MOST_CONTAINERS_A_DAY } from './publication-runner';
import { PublicationsRepository } from './publications.repository';
import { type PublishingQuota, PublishingApi, nodeOf } from './publishing-api';
import { InstagramPublishingWorker } from './publishing.worker';

/** A publication with what Meta makes of its files. */
export interface PublicationView {
  publication: InstagramPublicationEntity;
  containers: InstagramPublicationContainerEntity[];
}

const ROUTE = '/api/meta/instagram/media';

/** Orders to publish on Instagram, as users give and change them. */
@Injectable()
export class PublicationsService {
  constructor(
    private readonly scope: InstagramAccountScope,
    private readonly access: AccountAccess,
    private readonly accounts: AccountsRepository,
    private readonly instagram: InstagramAccess,
    private readonly publications: PublicationsRepository,
    private readonly files: PublicationFiles,
    private readonly uploads: PublicFilesRepository,
    private readonly idempotency: IdempotencyKeys,
    private readonly api: PublishingApi,
    private readonly worker: InstagramPublishingWorker,
  ) {}

  /**
   * Stores an order; Meta is not asked. It is published whatever dies afterwards.
   * @throws ValidationFailedError for what Instagram would certainly refuse
   * @throws GraphReauthRequiredError where it is known that nothing may be published
   */
  async order(
    user: AuthenticatedUser,
    dto: PublishInstagramMediaDto,
    key: string | undefined,
  ): Promise<{ id: string; status: 'queued' | 'scheduled' }> {
    const refuse = (fields: ReturnType<typeof problemsOf>): void => {
      if (fields.length > 0) throw new ValidationFailedError(fields);
    };
    refuse(problemsOf(dto, new Date()));
    const account = await this.scope.resolve(user, dto.accountId);
    await this.requirePermission(account);
    const { uploads, problems } = await this.files.check(account.accountId, dto);
    refuse(problems);
    const request = requestOf(dto, filesOf(dto, uploads));
    const publishAt = dto.publishAt === undefined ? null : new Date(dto.publishAt);
    const { accountId, id: assetId } = account;
    const digest = requestDigest('POST', ROUTE, dto);
    const answer = await this.publications.transaction((tx) =>
      this.idempotency.replayOr(tx, { accountId, key, digest }, async () => {
        // Between the check and this one may have been deleted; from here on it is kept.
        const kept = await this.uploads.use(tx, accountId, [...uploads.keys()]);
        if (kept.size < uploads.size)
          throw ValidationFailedError.of('mediaId', 'mediaExists', 'An uploaded file was deleted just now.');
        const id = newId<InstagramPublicationId>();
        const state = await this.publications.insert(
          tx,
          { accountId, id, assetId, kind: dto.type, request, publishAt },
          containerPlans(dto.type, request),
        );
        return { id, status: state === 'scheduled' ? ('scheduled' as const) : ('queued' as const) };
      }),
    );
    if (publishAt === null) await this.worker.announce(0);
    return answer;
  }

  /** @throws NotFoundError also for somebody else's */
  async get(user: AuthenticatedUser, id: string): Promise<PublicationView> {
    const publication = await this.find(user, id);
    const containers = await this.publications.containersOf([publication]);
    return { publication, containers: containers.get(publication.id) ?? [] };
  }

  /** Newest first. */
  async page(
    user: AuthenticatedUser,
    query: {
      accountId: string | undefined;
      status: PublicationState[] | undefined;
      limit: number;
      before: string | undefined;
      after: string | undefined;
    },
  ): Promise<PublicationView[]> {
    const { accountId: ref, status, limit, before, after } = query;
    const of = ref === undefined ? await this.ofAll(user) : await this.ofOne(user, ref);
    const found = await this.publications.page({ ...of, state: status, limit, before, after });
    const containers = await this.publications.containersOf(found);
    return found.map((publication) => ({ publication, containers: containers.get(publication.id) ?? [] }));
  }

  /** @throws ConflictError once Meta was told to publish it */
  async cancel(user: AuthenticatedUser, id: string): Promise<PublicationView> {
    const publication = await this.find(user, id);
    if (publication.state !== 'cancelled' && !(await this.publications.cancel(publication))) {
      const { state } = await this.find(user, id);
      throw new ConflictError(
        state === 'failed'
          ? 'It failed: there is nothing to take back.'
          : 'Meta was told to publish it: it cannot be taken back. Delete what was published.',
        { status: state },
      );
    }
    return this.get(user, id);
  }

  /** @throws ConflictError once its files were given to Meta */
  async reschedule(user: AuthenticatedUser, id: string, publishAt: string): Promise<PublicationView> {
    const problems = timeProblems(publishAt, new Date());
    if (problems.length > 0) throw new ValidationFailedError(problems);
    const publication = await this.find(user, id);
    if (!(await this.publications.reschedule(publication, new Date(publishAt)))) {
      const { state } = await this.find(user, id);
      throw new ConflictError(
        'Only what waits for its time can be moved. About ten minutes before it, its files are given to Meta.',
        { status: state },
      );
    }
    return this.get(user, id);
  }

  /**
   * Begins anew what failed. What is `unknown` is only looked for again, unless the user says that it is not there.
   * @throws ConflictError in every other state
   */
  async retry(
    user: AuthenticatedUser,
    id: string,
    { notPublished = false }: { notPublished?: boolean },
  ): Promise<PublicationView> {
    const publication = await this.find(user, id);
    const { state } = publication;
    if (state !== 'failed' && state !== 'unknown')
      throw new ConflictError('Only what failed, or what has an unknown outcome, can be tried again.', {
        status: state,
      });
    const isDone =
      state === 'unknown' && !notPublished
        ? await this.publications.lookAgain(publication)
        : await this.publications.beginAgain(publication, state);
    if (!isDone) throw new ConflictError('It changed just now. Read it again.');
    await this.worker.announce(0);
    return this.get(user, id);
  }

  async limits(
    user: AuthenticatedUser,
    ref: string | undefined,
  ): Promise<PublishingQuota & { containersUsed: number; containersTotal: number }> {
    const account = await this.scope.resolve(user, ref);
    const quota = await this.instagram.with(account, (door) => this.api.quota(door, nodeOf(account)));
    const containersUsed = await this.publications.containersLately(account.accountId, account.id);
    return { ...quota, containersUsed, containersTotal: MOST_CONTAINERS_A_DAY };
  }

  private async find(user: AuthenticatedUser, id: string): Promise<InstagramPublicationEntity> {
    const mine = await this.access.accountIdsOf(user.id);
    const found = await this.publications.find(mine, id as InstagramPublicationId);
    if (found === null) throw new NotFoundError('There is no such publication.');
    return found;
  }

  private async ofAll(user: AuthenticatedUser): Promise<{ accountIds: AccountId[] }> {
    return { accountIds: await this.access.accountIdsOf(user.id) };
  }

  private async ofOne(
    user: AuthenticatedUser,
    ref: string,
  ): Promise<{ accountIds: AccountId[]; assetId: InstagramAccountEntity['id'] }> {
    const account = await this.scope.resolve(user, ref);
    return { accountIds: [account.accountId], assetId: account.id };
  }

  private async requirePermission(account: InstagramAccountEntity): Promise<void> {
    const login = await this.accounts.loginOf(account.accountId);
    if (login === null) throw new AccountNotFoundError();
    if (account.status === 'reauth_required')
      throw new GraphReauthRequiredError(
        `This Instagram account has to be connected again before something can be published: ${account.statusReason ?? 'Meta does not let us reach it.'}`,
      );
    const needed =
      login.loginKind === 'instagram' ? 'instagram_business_content_publish' : 'instagram_content_publish';
    // Instagram Login does not always say what was granted; Meta says so then when it is asked.
    if (login.permissions.length === 0 || login.permissions.includes(needed)) return;
    throw new GraphReauthRequiredError(
      `Nothing can be published without the permission ${needed}. Connect again and grant it in the dialog.`,
      {},
      needed,
    );
  }
}

function requestOf(dto: PublishInstagramMediaDto, files: PublicationRequest['files']): PublicationRequest {
  const { caption, locationId, collaborators, shareToFeed, coverUrl, coverMediaId, thumbOffset, audioName } =
    dto;
  return {
    files,
    ...(caption === undefined ? {} : { caption }),
    ...(locationId === undefined ? {} : { locationId }),
    ...(collaborators === undefined ? {} : { collaborators }),
    ...(shareToFeed === undefined ? {} : { shareToFeed }),
    ...(coverUrl === undefined ? {} : { coverUrl }),
    ...(coverMediaId === undefined ? {} : { coverMediaId: coverMediaId.toLowerCase() }),
    ...(thumbOffset === undefined ? {} : { thumbOffset }),
    ...(audioName === undefined ? {} : { audioName }),
    onQuotaUsedUp: dto.onQuotaUsedUp ?? 'wait',
  };
}
