import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { TokenCipher } from '../../crypto/token-cipher';
import type { AccountId } from '../../database/ids';
import { ConflictError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { GraphError, provesNotAccepted } from '../../graph-client/graph.error';
import { AddressRefusedError, OutboundAddressPolicy } from '../../media/outbound-address-policy';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsService } from '../accounts/accounts.service';
import type { FlowEntity, FlowValidationError } from '../entities/flow.entity';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { type FlowAsset, type FlowPreview, FlowsApi } from './flows-api';
import { type FlowFilter, FlowsRepository, type OwnedFlow, type WabaOfFlows } from './flows.repository';

/** Webhooks tell of a flow's status; this is for flows that are made or changed in WhatsApp Manager. */
const STALE_AFTER_MS = 60 * 60_000;
const SECRET_BYTES = 32;

export interface NewFlow {
  name: string;
  categories: readonly string[];
  /** The text as it is to be uploaded. */
  json: string | null;
  cloneFlowId: string | null;
  publish: boolean;
}

/** What a flow's own endpoint is, and the secret, which is told only once. */
export interface SetEndpoint {
  owned: OwnedFlow;
  secret: string;
}

/** Flows: Meta has them, and a copy is kept here for lists, webhooks and the endpoint. */
@Injectable()
export class FlowsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: MetaTokenService,
    private readonly flows: FlowsRepository,
    private readonly api: FlowsApi,
    private readonly cipher: TokenCipher,
    private readonly addresses: OutboundAddressPolicy,
    private readonly config: AppConfig,
  ) {}

  async list(
    accountId: AccountId,
    wabaId: string | undefined,
    filter: FlowFilter & { refresh: boolean },
  ): Promise<{ flows: FlowEntity[]; total: number; isStale: boolean }> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const isStale = await this.ensureFresh(waba, filter.refresh);
    const [flows, total] = await this.flows.list(waba, filter);
    return { flows, total, isStale };
  }

  /** @throws NotFoundError also for somebody else's flow */
  async get(accountIds: readonly AccountId[], id: string): Promise<OwnedFlow> {
    const found = await this.flows.find(accountIds, id);
    if (found === null) throw new NotFoundError('There is no such flow.');
    return found;
  }

  /** As Meta has it now. */
  async refresh(owned: OwnedFlow): Promise<OwnedFlow> {
    const readAt = await this.flows.now();
    const found = await this.call(owned, (token) => this.api.get(token, owned.flow.flowId));
    await this.flows.store(owned.waba, [found], readAt);
    return this.again(owned);
  }

  /**
   * Dying after Meta made it loses nothing: the next reading of the list finds it.
   * @throws GraphRejectedError when the name is taken
   */
  async create(accountId: AccountId, wabaId: string | undefined, wish: NewFlow): Promise<OwnedFlow> {
    const waba = await this.accounts.chooseWaba(accountId, wabaId);
    const flowId = await this.createAtMeta(waba, wish);
    const readAt = await this.flows.now();
    const found = await this.tokens.withToken(accountId, (token) => this.api.get(token, flowId));
    await this.flows.store(waba, [found], readAt);
    const owned = await this.get([accountId], flowId);
    return wish.publish && found.validationErrors.length === 0 ? this.publish(owned) : owned;
  }

  async update(
    owned: OwnedFlow,
    change: { name?: string | undefined; categories?: readonly string[] | undefined },
  ): Promise<OwnedFlow> {
    await this.call(owned, (token) => this.api.update(token, owned.flow.flowId, change));
    return this.refresh(owned);
  }

  /** Faulty text is stored at Meta all the same: what is wrong with it is the answer, not an error. */
  async uploadJson(owned: OwnedFlow, text: string): Promise<FlowValidationError[]> {
    const errors = await this.call(owned, (token) => this.api.uploadJson(token, owned.flow.flowId, text));
    await this.flows.recordValidation(owned.flow, errors);
    // Its versions are read from the text by Meta.
    await this.refreshQuietly(owned);
    return errors;
  }

  async publish(owned: OwnedFlow): Promise<OwnedFlow> {
    await this.call(owned, (token) => this.api.publish(token, owned.flow.flowId));
    return this.refresh(owned);
  }

  async deprecate(owned: OwnedFlow): Promise<OwnedFlow> {
    await this.call(owned, (token) => this.api.deprecate(token, owned.flow.flowId));
    return this.refresh(owned);
  }

  async remove(owned: OwnedFlow): Promise<void> {
    await this.call(owned, (token) => this.api.remove(token, owned.flow.flowId));
    await this.flows.recordDeletion(owned.flow);
  }

  async preview(owned: OwnedFlow, renew: boolean): Promise<FlowPreview> {
    const preview = await this.call(owned, (token) => this.api.preview(token, owned.flow.flowId, renew));
    if (preview === null) throw new NotFoundError('Meta has no preview of this flow: upload its JSON first.');
    return preview;
  }

  async assets(owned: OwnedFlow): Promise<FlowAsset[]> {
    return this.call(owned, (token) => this.api.assets(token, owned.flow.flowId));
  }

  /**
   * Sets where the decrypted requests go, and tells Meta our address for them.
   * @throws ValidationFailedError for an address that nobody may have this service call
   */
  async setEndpoint(owned: OwnedFlow, url: string): Promise<SetEndpoint> {
    if (owned.flow.status === 'DEPRECATED')
      throw new ConflictError('A deprecated flow cannot be changed any more. Make a new one.');
    this.checkAddress(url);
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    // Stored first: once Meta knows the address, requests may come.
    await this.flows.recordEndpoint(owned.flow, url, this.cipher.encrypt(secret, secretContext(owned.flow)));
    const endpointUri = this.endpointUriOf(owned.flow);
    await this.call(owned, (token) => this.api.update(token, owned.flow.flowId, { endpointUri }));
    return { owned: await this.refresh(owned), secret };
  }

  /** Meta keeps the address, which then answers health checks only. */
  async removeEndpoint(owned: OwnedFlow): Promise<void> {
    await this.flows.recordEndpoint(owned.flow, null, null);
  }

  /** Where WhatsApp asks for the flow's data. */
  endpointUriOf({ id }: FlowEntity): string {
    return `${this.config.publicUrl}/api/meta/whatsapp/flows/endpoint/${id}`;
  }

  private checkAddress(url: string): void {
    try {
      this.addresses.parse(url);
    } catch (error) {
      if (!(error instanceof AddressRefusedError)) throw error;
      throw ValidationFailedError.of('url', error.rule, error.message);
    }
  }

  private async createAtMeta(waba: WhatsAppBusinessAccountEntity, wish: NewFlow): Promise<string> {
    try {
      const made = await this.tokens.withToken(waba.accountId, (token) =>
        this.api.create(token, waba.wabaId, wish),
      );
      return made.flowId;
    } catch (error) {
      if (!(error instanceof GraphError) || !error.retryable || provesNotAccepted(error)) throw error;
      // The answer was lost. Names are unique: if one of this name is there now, it is this one.
      const before = await this.flows.list(waba, { status: undefined, limit: 1000, offset: 0 });
      const found = await this.findByName(waba, wish.name);
      if (found === null || before[0].some(({ flowId }) => flowId === found)) throw error;
      return found;
    }
  }

  private async findByName(waba: WabaOfFlows, name: string): Promise<string | null> {
    return this.tokens.withToken(waba.accountId, async (token) => {
      for await (const page of this.api.pages(token, waba.wabaId)) {
        const found = page.find((flow) => flow.name === name);
        if (found !== undefined) return found.flowId;
      }
      return null;
    });
  }

  /** @returns whether what is stored is old because Meta did not answer */
  private async ensureFresh(waba: WhatsAppBusinessAccountEntity, force: boolean): Promise<boolean> {
    const { flowsSyncedAt } = waba;
    if (!force && flowsSyncedAt !== null && Date.now() - flowsSyncedAt.getTime() < STALE_AFTER_MS)
      return false;
    try {
      await this.sync(waba);
      return false;
    } catch (error) {
      if (force || flowsSyncedAt === null || !(error instanceof GraphError) || !error.retryable) throw error;
      return true;
    }
  }

  /** Two at once store the same twice. */
  private async sync(waba: WabaOfFlows): Promise<void> {
    const beganAt = await this.flows.now();
    await this.tokens.withToken(waba.accountId, async (token) => {
      let readAt = beganAt;
      for await (const page of this.api.pages(token, waba.wabaId)) {
        await this.flows.store(waba, page, readAt);
        readAt = await this.flows.now();
      }
    });
    await this.flows.completeSync(waba, beganAt);
  }

  private async refreshQuietly(owned: OwnedFlow): Promise<void> {
    try {
      await this.refresh(owned);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
    }
  }

  private async again({ flow }: OwnedFlow): Promise<OwnedFlow> {
    return this.get([flow.accountId], flow.id);
  }

  private async call<T>({ flow }: OwnedFlow, work: (token: string) => Promise<T>): Promise<T> {
    return this.tokens.withToken(flow.accountId, work);
  }
}

export function secretContext({ id }: FlowEntity): string {
  return `whatsapp_flows:${id}:forward_secret`;
}
