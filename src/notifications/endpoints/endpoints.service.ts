import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { type AccountId, newId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { OutboundAddressPolicy } from '../../media/outbound-address-policy';
import { messageIdOf, testBody } from './delivery-body';
import { endpointAddress } from './endpoint-address';
import { type CallOutcome, EndpointCall } from './endpoint-call';
import { endpointHeaders } from './endpoint-headers';
import { newEndpointSecret } from './endpoint-secret';
import { EndpointSigner } from './endpoint-signer';
import type { EndpointRow } from './endpoint-rows';
import { type EndpointChange, EndpointsRepository } from './endpoints.repository';

export const MOST_ENDPOINTS = 20;
const NO_SUCH = 'There is no such endpoint.';
const USUAL_OVERLAP_SECONDS = 86_400;

export interface EndpointSettings {
  url: string;
  description: string | null;
  eventTypes: readonly string[];
  platforms: readonly string[];
  channelIds: readonly string[];
  headers: unknown;
  ratePerSecond: number | null;
}

/** What customers want to be told of, and where. Members see it; owners of the account change it. */
@Injectable()
export class EndpointsService {
  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly access: AccountAccess,
    private readonly config: AppConfig,
    private readonly policy: OutboundAddressPolicy,
    private readonly signer: EndpointSigner,
    private readonly call: EndpointCall,
    private readonly outbox: Outbox,
  ) {}

  /** @throws NotFoundError also for one of an account that is not the user's */
  async get(user: AuthenticatedUser, id: string): Promise<EndpointRow> {
    const row = await this.endpoints.find(await this.seenBy(user), id);
    if (row === null) throw new NotFoundError(NO_SUCH);
    return row;
  }

  /** @throws NotFoundError, ForbiddenError for a member who is no owner of its account */
  async getOwned(user: AuthenticatedUser, id: string): Promise<EndpointRow> {
    const row = await this.get(user, id);
    await this.access.requireOwner(user, row.account_id);
    return row;
  }

  async page(
    user: AuthenticatedUser,
    accountId: string | undefined,
    place: { limit: number; before: string | undefined; after: string | undefined },
  ): Promise<EndpointRow[]> {
    const only = accountId === undefined ? undefined : await this.access.require(user, accountId);
    const accountIds = (await this.seenBy(user)).filter((id) => only === undefined || id === only);
    return this.endpoints.page(accountIds, place);
  }

  /** Deliveries hold messages of every conversation: who sees only some of these does not see endpoints. */
  private async seenBy({ id }: AuthenticatedUser): Promise<AccountId[]> {
    const sights = await this.access.sightsOf(id);
    return sights.filter(({ sees }) => sees === 'all').map(({ accountId }) => accountId);
  }

  /** @returns with the secret, which nobody is shown again */
  async create(
    user: AuthenticatedUser,
    requested: string | undefined,
    settings: EndpointSettings,
    secret: string = newEndpointSecret(),
  ): Promise<{ endpoint: EndpointRow; secret: string }> {
    const accountId = await this.access.requireOwner(user, await this.access.resolve(user, requested));
    const id = newId();
    const change = await this.checked(accountId, id, settings);
    await this.endpoints.transaction(async (tx) => {
      const { url, description, eventTypes, platforms, channelIds, ratePerSecond } = settings;
      const isInserted = await this.endpoints.insert(
        tx,
        {
          accountId,
          id,
          url: change.url ?? url,
          description,
          eventTypes,
          platforms,
          channelIds,
          ratePerSecond,
          secret: this.signer.encryptSecret(id, secret),
          headers: change.headers ?? null,
          headerNames: change.headerNames ?? [],
        },
        MOST_ENDPOINTS,
      );
      if (!isInserted)
        throw new ConflictError(
          `An account can have ${MOST_ENDPOINTS} endpoints. Delete one that is not used.`,
        );
    });
    return { endpoint: await this.get(user, id), secret };
  }

  async update(
    user: AuthenticatedUser,
    id: string,
    { state, ...settings }: Partial<EndpointSettings> & { state?: 'active' | 'paused' },
  ): Promise<EndpointRow> {
    const { account_id: accountId } = await this.getOwned(user, id);
    const change = await this.checked(accountId, id, settings);
    await this.endpoints.transaction(async (tx) => {
      const row = await this.lock(tx, accountId, id);
      await this.endpoints.update(tx, accountId, id, change);
      if (state === undefined || state === row.state) return;
      await this.endpoints.setState(tx, accountId, id, state);
      await this.outbox.record(tx, wellAgain(row));
    });
    return this.get(user, id);
  }

  async remove(user: AuthenticatedUser, id: string): Promise<void> {
    const { account_id: accountId } = await this.getOwned(user, id);
    await this.endpoints.transaction(async (tx) => {
      const row = await this.lock(tx, accountId, id);
      await this.endpoints.remove(tx, accountId, id);
      await this.outbox.record(tx, wellAgain(row));
    });
  }

  async rotate(
    user: AuthenticatedUser,
    id: string,
    {
      overlapSeconds = USUAL_OVERLAP_SECONDS,
      secret = newEndpointSecret(),
    }: { overlapSeconds?: number; secret?: string },
  ): Promise<{ secret: string; previousSecretUntil: Date | null }> {
    const { account_id: accountId } = await this.getOwned(user, id);
    return this.endpoints.transaction(async (tx) => {
      await this.lock(tx, accountId, id);
      const stored = await this.endpoints.secretsOf(accountId, id, tx);
      if (stored === null) throw new NotFoundError(NO_SUCH);
      const previousSecretUntil = await this.endpoints.rotate(tx, accountId, id, {
        secret: this.signer.encryptSecret(id, secret),
        previous: overlapSeconds === 0 ? null : this.signer.toPrevious(id, stored.secret),
        overlapSeconds,
      });
      return { secret, previousSecretUntil };
    });
  }

  /** Sends a message that tells of nothing, at once, whatever state the endpoint is in; it is not tried again. */
  async test(user: AuthenticatedUser, id: string): Promise<{ outcome: CallOutcome; messageId: string }> {
    const { account_id: accountId, url } = await this.get(user, id);
    const stored = await this.endpoints.secretsOf(accountId, id);
    if (stored === null) throw new NotFoundError(NO_SUCH);
    const eventId = newId();
    const now = new Date();
    const messageId = messageIdOf(eventId);
    const body = testBody(accountId, eventId, now);
    const headers = this.signer.headersOf(stored, messageId, body, now);
    return { outcome: await this.call.post(url, headers, body, new AbortController().signal), messageId };
  }

  private async lock(tx: EntityManager, accountId: AccountId, id: string): Promise<EndpointRow> {
    const row = await this.endpoints.lock(tx, accountId, id);
    if (row === null) throw new NotFoundError(NO_SUCH);
    return row;
  }

  private async checked(
    accountId: AccountId,
    id: string,
    { url, headers, channelIds, ...rest }: Partial<EndpointSettings>,
  ): Promise<EndpointChange> {
    const change: EndpointChange = { ...rest };
    if (url !== undefined)
      change.url = endpointAddress(url, this.policy, this.config.env.OUTBOUND_ALLOWED_ADDRESSES);
    if (headers !== undefined) {
      const checked = endpointHeaders(headers);
      change.headers = this.signer.encryptHeaders(id, checked);
      change.headerNames = Object.keys(checked);
    }
    if (channelIds !== undefined) {
      const known = new Set(await this.endpoints.channelsOf(accountId, channelIds));
      if (channelIds.some((channelId) => !known.has(channelId.toLowerCase())))
        throw ValidationFailedError.of(
          'channelIds',
          'channel',
          'Each of channelIds must be our id of a number, Page or Instagram account of this account.',
        );
      change.channelIds = channelIds;
    }
    return change;
  }
}

/** What people were told of it no longer holds. */
function wellAgain({ account_id: accountId, id, url, is_told: isTold, state }: EndpointRow): DomainEvent[] {
  if (!isTold && state !== 'disabled') return [];
  return [{ kind: 'endpoint.recovered', accountId, payload: { endpointId: id, host: new URL(url).host } }];
}
