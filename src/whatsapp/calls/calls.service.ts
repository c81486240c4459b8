import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { instanceToPlain } from 'class-transformer';
import type { DataSource } from 'typeorm';
import { type AccountId, newId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { GraphError, provesNotAccepted } from '../../graph-client/graph.error';
import { IdempotencyKeys, requestDigest } from '../../http/idempotency-key';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountScope, type NamedAssets } from '../account-scope';
import { AccountsService } from '../accounts/accounts.service';
import type { StartCallDto } from '../dto/call.dto';
import type { CallEntity } from '../entities/call.entity';
import { readRecipient } from '../sending/recipient';
import { callbackDataOf } from './call-events';
import { callEvent } from './call-telling';
import { type CallPermission, CallsApi } from './calls-api';
import { type CallsFilter, CallsRepository, type NumberOfCalls, type OwnedCall } from './calls.repository';

export const CALLS_ROUTE = '/api/meta/whatsapp/calls';

/**
 * Signals of calls: offers and answers are carried between Meta and whoever has the sound, a browser as a rule.
 * No sound passes here.
 */
@Injectable()
export class CallsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly accounts: AccountsService,
    private readonly tokens: MetaTokenService,
    private readonly calls: CallsRepository,
    private readonly api: CallsApi,
    private readonly idempotency: IdempotencyKeys,
    private readonly outbox: Outbox,
  ) {}

  async list(
    user: AuthenticatedUser,
    named: NamedAssets,
    filter: CallsFilter,
  ): Promise<{ calls: CallEntity[]; phoneNumberId: string }> {
    const number = await this.numberOf(await this.scope.resolve(user, named), named);
    return { calls: await this.calls.page(number, filter), phoneNumberId: number.phoneNumberId };
  }

  /** @throws NotFoundError also for somebody else's call */
  async get(user: AuthenticatedUser, id: string): Promise<OwnedCall> {
    return this.find(await this.scope.accountIdsOf(user), id);
  }

  /** Read from Meta: permissions are given and taken in people's own settings. */
  async permission(
    user: AuthenticatedUser,
    named: NamedAssets,
    person: { to?: string | undefined; recipient?: string | undefined },
  ): Promise<CallPermission> {
    const recipient = readRecipient(person.to, person.recipient);
    const number = await this.numberOf(await this.scope.resolve(user, named), named);
    return this.tokens.withToken(number.accountId, (token) =>
      this.api.permission(token, number.phoneNumberId, recipient),
    );
  }

  /**
   * Calls somebody, at most once: it is written down before Meta is asked, and never asked again. Where Meta's answer was
   * lost the call stays `unknown` until a webhook of it comes.
   * @param key the caller's Idempotency-Key
   */
  async start(user: AuthenticatedUser, dto: StartCallDto, key: string | undefined): Promise<OwnedCall> {
    const to = readRecipient(dto.to, dto.recipient);
    const accountId = await this.scope.resolve(user, dto);
    const number = await this.numberOf(accountId, dto);
    await this.tokens.tokenFor(accountId);
    const digest = requestDigest('POST', CALLS_ROUTE, instanceToPlain(dto));
    const newCall = { id: newId(), to, callbackData: dto.callbackData ?? null };
    const { id } = await repeatLostRaces(() =>
      this.database.transaction(async (tx) =>
        this.idempotency.replayOr(tx, { accountId, key, digest }, async () => {
          await this.calls.insert(tx, number, newCall);
          return { id: newCall.id };
        }),
      ),
    );
    const owned = await this.find([accountId], id);
    if (id !== newCall.id) return owned;
    const callId = await this.connect(owned, to, dto.sdp);
    await repeatLostRaces(() =>
      this.database.transaction((tx) => this.calls.identify(tx, [{ accountId, id, callId }])),
    );
    return this.find([accountId], id);
  }

  /** Sets the sound up before the call is taken, so that the first words are not lost. */
  async preAccept(owned: OwnedCall, sdp: string): Promise<OwnedCall> {
    return this.answer(owned, 'pre_accept', sdp);
  }

  async accept(owned: OwnedCall, sdp: string): Promise<OwnedCall> {
    return this.answer(owned, 'accept', sdp);
  }

  async reject(owned: OwnedCall): Promise<OwnedCall> {
    requireOfPerson(owned.call);
    if (owned.call.state === 'accepted') throw new ConflictError('This call is taken already: end it.');
    await this.end(owned, 'reject');
    await this.change(owned, (call) => {
      const outcome = call.outcome === 'not_answered' ? 'rejected' : call.outcome;
      return { outcome, rejectedAt: call.rejectedAt ?? new Date() };
    });
    return this.find([owned.number.accountId], owned.call.id);
  }

  /** That it is over, and how long it was, is told by webhook. */
  async terminate(owned: OwnedCall): Promise<OwnedCall> {
    await this.end(owned, 'terminate');
    return this.find([owned.number.accountId], owned.call.id);
  }

  private async connect(
    { call, number }: OwnedCall,
    to: Parameters<CallsApi['connect']>[2]['to'],
    sdp: string,
  ): Promise<string> {
    try {
      return await this.tokens.withToken(number.accountId, (token) =>
        this.api.connect(token, number.phoneNumberId, { to, sdp, callbackData: callbackDataOf(call.id) }),
      );
    } catch (error) {
      if (provesNotAccepted(error)) {
        const meta = error instanceof GraphError ? error.meta : null;
        await this.calls.recordRefused(call, { code: meta?.code ?? null, message: meta?.message ?? null });
      } else await this.calls.recordUnknown(call);
      throw error;
    }
  }

  private async answer(owned: OwnedCall, action: 'pre_accept' | 'accept', sdp: string): Promise<OwnedCall> {
    const { call, number } = owned;
    requireOfPerson(call);
    const callId = liveIdOf(call);
    if (call.state === 'accepted') throw new ConflictError('This call is taken already.');
    await this.tokens.withToken(number.accountId, (token) =>
      this.api.answer(token, number.phoneNumberId, { callId, action, sdp }),
    );
    await this.change(owned, (known) => {
      if (known.state === 'ended' || known.state === 'accepted') return {};
      if (action === 'pre_accept') return { state: 'pre_accepted' };
      return { state: 'accepted', acceptedAt: new Date() };
    });
    return this.find([number.accountId], call.id);
  }

  private async end({ call, number }: OwnedCall, action: 'reject' | 'terminate'): Promise<void> {
    const callId = liveIdOf(call);
    await this.tokens.withToken(number.accountId, (token) =>
      this.api.end(token, number.phoneNumberId, { callId, action }),
    );
  }

  /** Webhooks of the same call may be at work. Where its state changes, others are told: their phones stop ringing. */
  private async change(
    { call, number }: OwnedCall,
    next: (call: CallEntity) => Partial<CallEntity>,
  ): Promise<void> {
    await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        const known = await this.calls.lock(tx, call);
        if (known === null) return;
        const { state } = known;
        Object.assign(known, next(known));
        await this.calls.save(tx, [known]);
        if (known.state === state) return;
        await this.outbox.record(tx, [callEvent('whatsapp.call.updated', known, number.phoneNumberId)]);
      }),
    );
  }

  private async numberOf(accountId: AccountId, named: NamedAssets): Promise<NumberOfCalls> {
    const { number } = await this.accounts.chooseNumber(accountId, named);
    return { accountId, id: number.id, phoneNumberId: number.phoneNumberId };
  }

  private async find(accountIds: readonly AccountId[], id: string): Promise<OwnedCall> {
    const found = await this.calls.find(accountIds, id);
    if (found === null) throw new NotFoundError('There is no such call.');
    return found;
  }
}

function requireOfPerson({ direction }: CallEntity): void {
  if (direction !== 'USER_INITIATED')
    throw new ConflictError('Only calls of people can be taken or rejected.');
}

/** @throws ConflictError when it is over, or Meta's id of it is not known */
function liveIdOf({ callId, state }: CallEntity): string {
  if (state === 'ended') throw new ConflictError('This call is over.');
  if (callId === null) throw new ConflictError('Whether Meta made this call is not known yet.');
  return callId;
}
