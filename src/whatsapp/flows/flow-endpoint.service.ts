import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { isSignedByAny } from '../../crypto/hmac-signature';
import { TokenCipher } from '../../crypto/token-cipher';
import { isUuid } from '../../database/ids';
import type { FlowEntity } from '../entities/flow.entity';
import { isRecord, textAt } from '../meta-values';
import {
  type OpenedFlowRequest,
  openFlowRequest,
  readSealedRequest,
  sealFlowAnswer,
} from './flow-encryption';
import { FlowForwarder } from './flow-forwarder';
import { FlowKeysService } from './flow-keys.service';
import { FlowsRepository, type OwnedFlow } from './flows.repository';
import { secretContext } from './flows.service';

/** What WhatsApp is answered; the body is encrypted, or empty. */
export interface EndpointAnswer {
  status: number;
  body: string;
}

/** Meta's meanings of statuses, which phones act on. */
const KEY_OUTDATED = 421;
const TOKEN_INVALID = 427;
const SIGNATURE_WRONG = 432;
const LONGEST_TEXT = 500;

/**
 * The endpoint that WhatsApp asks for the data of a flow's screens. It answers health checks and error notifications
 * itself; everything else is decrypted, handed to the business's own endpoint, and its answer encrypted.
 */
@Injectable()
export class FlowEndpointService {
  constructor(
    private readonly config: AppConfig,
    private readonly flows: FlowsRepository,
    private readonly keys: FlowKeysService,
    private readonly forwarder: FlowForwarder,
    private readonly cipher: TokenCipher,
  ) {}

  async answer(id: string, body: Buffer, signature: string | undefined): Promise<EndpointAnswer> {
    if (!isSignedByAny(body, signature, this.config.appSecrets)) return { status: SIGNATURE_WRONG, body: '' };
    const owned = isUuid(id) ? await this.flows.findForEndpoint(id) : null;
    if (owned === null) return { status: 404, body: '' };
    const sealed = readSealedRequest(body);
    if (sealed === null) return { status: 400, body: '' };
    const opened = openFlowRequest(sealed, await this.keys.privateKeys(owned.waba));
    // The phone fetches the public key anew and asks again.
    if (opened === null) return { status: KEY_OUTDATED, body: '' };
    return this.answerOpened(owned, opened);
  }

  private async answerOpened(owned: OwnedFlow, opened: OpenedFlowRequest): Promise<EndpointAnswer> {
    const request = parse(opened.text);
    if (request === null) return { status: 400, body: '' };
    const sealed = (status: number, body: unknown): EndpointAnswer => ({
      status,
      body: sealFlowAnswer(opened, body),
    });
    if (request.action === 'ping') return sealed(200, { data: { status: 'active' } });
    const { data } = request;
    if (isRecord(data) && textAt(data, 'error') !== undefined) {
      await this.recordError(owned.flow, request, data);
      return sealed(200, { data: { acknowledged: true } });
    }
    return this.forward(owned, opened);
  }

  private async forward({ flow, waba }: OwnedFlow, opened: OpenedFlowRequest): Promise<EndpointAnswer> {
    const { forwardUrl, forwardSecret } = flow;
    if (forwardUrl === null || forwardSecret === null) return { status: 503, body: '' };
    const answer = await this.forwarder.forward({
      url: forwardUrl,
      secret: this.cipher.decrypt(forwardSecret, secretContext(flow)),
      flowId: flow.flowId,
      wabaId: waba.wabaId,
      body: opened.text,
    });
    const isAnswer = answer.kind === 'answered' && (answer.status === 200 || answer.status === TOKEN_INVALID);
    if (isAnswer && isRecord(answer.body))
      return { status: answer.status, body: sealFlowAnswer(opened, answer.body) };
    const reason = answer.kind === 'failed' ? answer.reason : reasonOf(answer.status);
    await this.flows.recordClientError(flow, {
      error: 'ENDPOINT_FAILED',
      message: reason,
      screen: null,
      at: new Date().toISOString(),
    });
    return { status: 502, body: '' };
  }

  private async recordError(
    flow: FlowEntity,
    request: Readonly<Record<string, unknown>>,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.flows.recordClientError(flow, {
      error: short(textAt(data, 'error')) ?? 'unknown',
      message: short(textAt(data, 'error_message')),
      screen: short(textAt(request, 'screen')),
      at: new Date().toISOString(),
    });
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function reasonOf(status: number): string {
  return status === 200 || status === TOKEN_INVALID
    ? 'The answer is not an object.'
    : `It answered with status ${status}.`;
}

function short(text: string | undefined): string | null {
  return text === undefined ? null : text.slice(0, LONGEST_TEXT);
}
