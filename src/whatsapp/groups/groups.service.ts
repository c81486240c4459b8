import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountScope, type NamedAssets } from '../account-scope';
import { AccountsService } from '../accounts/accounts.service';
import type { GroupEntity } from '../entities/group.entity';
import { GroupsApi, type JoinVerdict } from './groups-api';
import {
  type GroupsFilter,
  GroupsRepository,
  type NumberOfGroups,
  type OwnedGroup,
  type StoredJoinRequest,
} from './groups.repository';

export interface NewGroup {
  subject: string;
  description: string | null;
  joinApprovalMode: 'auto_approve' | 'approval_required';
}

/** Groups of a number. What becomes of a change is told by webhook, under the id that Meta gave the request. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly scope: AccountScope,
    private readonly accounts: AccountsService,
    private readonly tokens: MetaTokenService,
    private readonly groups: GroupsRepository,
    private readonly api: GroupsApi,
  ) {}

  async list(
    user: AuthenticatedUser,
    named: NamedAssets,
    filter: GroupsFilter & { refresh: boolean },
  ): Promise<{ groups: GroupEntity[]; phoneNumberId: string }> {
    const number = await this.numberOf(user, named);
    if (filter.refresh) await this.readList(number);
    return { groups: await this.groups.page(number, filter), phoneNumberId: number.phoneNumberId };
  }

  /** @throws NotFoundError also for somebody else's group */
  async get(user: AuthenticatedUser, id: string): Promise<OwnedGroup> {
    return this.find(await this.scope.accountIdsOf(user), id);
  }

  async refresh(owned: OwnedGroup): Promise<OwnedGroup> {
    const groupId = idAtMeta(owned.group);
    const readAt = await this.groups.now();
    const found = await this.call(owned, (token) => this.api.get(token, groupId));
    await this.groups.storeRead(owned, found, readAt);
    return this.again(owned);
  }

  /** A group whose answer was lost comes by its webhook all the same. */
  async create(user: AuthenticatedUser, named: NamedAssets, wish: NewGroup): Promise<OwnedGroup> {
    const number = await this.numberOf(user, named);
    const requestId = await this.tokens.withToken(number.accountId, (token) =>
      this.api.create(token, number.phoneNumberId, wish),
    );
    const id = await this.groups.recordRequested(number, { requestId, ...wish });
    return this.find([number.accountId], id);
  }

  async update(
    owned: OwnedGroup,
    change: { subject?: string | undefined; description?: string | undefined },
  ): Promise<void> {
    const groupId = idAtMeta(owned.group);
    await this.call(owned, (token) => this.api.update(token, groupId, change));
  }

  async remove(owned: OwnedGroup): Promise<OwnedGroup> {
    const groupId = idAtMeta(owned.group);
    await this.call(owned, (token) => this.api.remove(token, groupId));
    await this.groups.recordDeleting(owned.group);
    return this.again(owned);
  }

  /** @param people phone numbers or business-scoped user ids */
  async removeParticipants(owned: OwnedGroup, people: readonly string[]): Promise<void> {
    const groupId = idAtMeta(owned.group);
    await this.call(owned, (token) => this.api.removeParticipants(token, groupId, people));
  }

  async inviteLink(owned: OwnedGroup, renew: boolean): Promise<string> {
    const groupId = idAtMeta(owned.group);
    const link = await this.call(owned, (token) => this.api.inviteLink(token, groupId, renew));
    await this.groups.recordInviteLink(owned.group, link);
    return link;
  }

  /** Those that wait; read from Meta, so that none is missing whose webhook was missed. */
  async joinRequests(owned: OwnedGroup): Promise<StoredJoinRequest[]> {
    const groupId = idAtMeta(owned.group);
    const readAt = await this.groups.now();
    const found = await this.call(owned, async (token) => {
      const all = [];
      for await (const page of this.api.joinRequests(token, groupId)) all.push(...page);
      return all;
    });
    await this.groups.storeJoinRequests(owned.group, found, readAt);
    return this.groups.joinRequests(owned.group);
  }

  async decide(
    owned: OwnedGroup,
    verdict: 'approve' | 'reject',
    joinRequestIds: readonly string[],
  ): Promise<JoinVerdict> {
    const groupId = idAtMeta(owned.group);
    const result = await this.call(owned, (token) =>
      this.api.decide(token, groupId, verdict, joinRequestIds),
    );
    if (result.done.length > 0) {
      const state = verdict === 'approve' ? 'approved' : 'rejected';
      await this.groups.recordVerdict(owned.group, state, result.done);
    }
    return result;
  }

  private async numberOf(user: AuthenticatedUser, named: NamedAssets): Promise<NumberOfGroups> {
    const accountId = await this.scope.resolve(user, named);
    const { number } = await this.accounts.chooseNumber(accountId, named);
    return { accountId, id: number.id, phoneNumberId: number.phoneNumberId };
  }

  private async readList(number: NumberOfGroups): Promise<void> {
    await this.tokens.withToken(number.accountId, async (token) => {
      let readAt = await this.groups.now();
      for await (const page of this.api.pages(token, number.phoneNumberId)) {
        await this.groups.storeListed(number, page, readAt);
        readAt = await this.groups.now();
      }
    });
  }

  private async find(accountIds: readonly AccountId[], id: string): Promise<OwnedGroup> {
    const found = await this.groups.find(accountIds, id);
    if (found === null) throw new NotFoundError('There is no such group.');
    return found;
  }

  private async again({ group }: OwnedGroup): Promise<OwnedGroup> {
    return this.find([group.accountId], group.id);
  }

  private async call<T>({ group }: OwnedGroup, work: (token: string) => Promise<T>): Promise<T> {
    return this.tokens.withToken(group.accountId, work);
  }
}

/** @throws ConflictError while Meta has not told it, or once it is gone */
function idAtMeta({ groupId, state }: GroupEntity): string {
  if (groupId === null)
    throw new ConflictError(
      state === 'failed'
        ? 'Meta could not make this group.'
        : 'Meta is still making this group. Try again shortly.',
    );
  if (state === 'deleted') throw new ConflictError('This group was deleted.');
  return groupId;
}
