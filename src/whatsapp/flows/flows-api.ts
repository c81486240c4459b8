import { Injectable } from '@nestjs/common';
import { Expose, Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import type { FlowTextSpan, FlowValidationError } from '../entities/flow.entity';
import { isRecord, textAt } from '../meta-values';
import { GraphWritten, requireWritten } from '../whatsapp-api.responses';

/** A flow as Meta has it now. */
export interface FoundFlow {
  flowId: string;
  name: string;
  status: string;
  categories: string[];
  validationErrors: FlowValidationError[];
  jsonVersion: string | null;
  dataApiVersion: string | null;
  endpointUri: string | null;
}

export interface FlowPreview {
  url: string;
  expiresAt: Date | null;
}

export interface FlowAsset {
  name: string;
  type: string | null;
  /** A short-lived address of Meta's. */
  downloadUrl: string | null;
}

/** Which key Meta has for a number. */
export interface UploadedKey {
  publicKey: string;
  /** `VALID`; `MISMATCH` after the number was registered anew: upload it again. */
  signatureStatus: string | null;
}

export interface FlowChange {
  name?: string | undefined;
  categories?: readonly string[] | undefined;
  endpointUri?: string | undefined;
}

const INTERACTIVE_MS = 6_000;
/** Meta compiles the text, and asks the endpoint for a sign of life before it publishes. */
const COMPILING_MS = 20_000;
const PAGE_SIZE = 100;
const FIELDS = 'id,name,status,categories,validation_errors,json_version,data_api_version,endpoint_uri';

class GraphAnswer {
  @Expose()
  @Transform(({ obj }: { obj: unknown }) => obj)
  @IsObject()
  raw!: Readonly<Record<string, unknown>>;
}

class GraphCreated extends GraphAnswer {
  @GraphId() id!: string;
}

/** The Graph endpoints of flows and of the keys that they are encrypted with. */
@Injectable()
export class FlowsApi {
  constructor(private readonly graph: GraphClient) {}

  async *pages(token: string, wabaId: string): AsyncGenerator<FoundFlow[], void, undefined> {
    const pages = this.graph.pages({
      path: `/${encodeURIComponent(wabaId)}/flows`,
      token,
      query: { fields: FIELDS },
      item: GraphNode,
      pageSize: PAGE_SIZE,
      timeoutMs: INTERACTIVE_MS,
    });
    for await (const page of pages) yield page.map(({ id, raw }) => flowOf(id, raw));
  }

  async get(token: string, flowId: string): Promise<FoundFlow> {
    const { id, raw } = await this.graph.call({
      method: 'GET',
      path: pathOf(flowId),
      token,
      query: { fields: FIELDS },
      response: GraphNode,
      timeoutMs: INTERACTIVE_MS,
    });
    return flowOf(id, raw);
  }

  /** Faulty text is taken, too: what is wrong with it is in the answer. */
  async create(
    token: string,
    wabaId: string,
    wish: { name: string; categories: readonly string[]; json: string | null; cloneFlowId: string | null },
  ): Promise<{ flowId: string; validationErrors: FlowValidationError[] }> {
    const { id, raw } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}/flows`,
      token,
      body: {
        name: wish.name,
        categories: [...wish.categories],
        ...(wish.json === null ? {} : { flow_json: wish.json }),
        ...(wish.cloneFlowId === null ? {} : { clone_flow_id: wish.cloneFlowId }),
      },
      response: GraphCreated,
      timeoutMs: COMPILING_MS,
    });
    return { flowId: id, validationErrors: validationErrorsOf(raw) };
  }

  async update(token: string, flowId: string, { name, categories, endpointUri }: FlowChange): Promise<void> {
    await this.write('POST', pathOf(flowId), token, {
      ...(name === undefined ? {} : { name }),
      ...(categories === undefined ? {} : { categories: [...categories] }),
      ...(endpointUri === undefined ? {} : { endpoint_uri: endpointUri }),
    });
  }

  async uploadJson(token: string, flowId: string, text: string): Promise<FlowValidationError[]> {
    const form = new FormData();
    form.append('name', 'flow.json');
    form.append('asset_type', 'FLOW_JSON');
    form.append('file', new Blob([text], { type: 'application/json' }), 'flow.json');
    const { raw } = await this.graph.call({
      method: 'POST',
      path: `${pathOf(flowId)}/assets`,
      token,
      form,
      response: GraphAnswer,
      retry: 'safe',
      timeoutMs: COMPILING_MS,
    });
    return validationErrorsOf(raw);
  }

  async assets(token: string, flowId: string): Promise<FlowAsset[]> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `${pathOf(flowId)}/assets`,
      token,
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
    });
    return listAt(raw, 'data').map((asset) => ({
      name: textAt(asset, 'name') ?? 'flow.json',
      type: textAt(asset, 'asset_type') ?? null,
      downloadUrl: textAt(asset, 'download_url') ?? null,
    }));
  }

  async publish(token: string, flowId: string): Promise<void> {
    await this.write('POST', `${pathOf(flowId)}/publish`, token, {}, COMPILING_MS);
  }

  async deprecate(token: string, flowId: string): Promise<void> {
    await this.write('POST', `${pathOf(flowId)}/deprecate`, token, {});
  }

  async remove(token: string, flowId: string): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'DELETE',
        path: pathOf(flowId),
        token,
        response: GraphWritten,
        timeoutMs: INTERACTIVE_MS,
      }),
    );
  }

  /** @param renew makes the address before it useless */
  async preview(token: string, flowId: string, renew: boolean): Promise<FlowPreview | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: pathOf(flowId),
      token,
      query: { fields: `preview.invalidate(${renew})` },
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
    });
    const url = textAt(raw.preview, 'preview_url');
    const expiresAt = new Date(textAt(raw.preview, 'expires_at')?.replace(/\+0000$/, 'Z') ?? Number.NaN);
    return url === undefined
      ? null
      : { url, expiresAt: Number.isNaN(expiresAt.getTime()) ? null : expiresAt };
  }

  async uploadKey(token: string, phoneNumberId: string, publicKey: string): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'POST',
        path: encryptionPath(phoneNumberId),
        token,
        form: new URLSearchParams({ business_public_key: publicKey }),
        response: GraphWritten,
        retry: 'safe',
        timeoutMs: INTERACTIVE_MS,
      }),
    );
  }

  /** The answer is a list in newer pages of Meta's, and the object itself in older ones. */
  async key(token: string, phoneNumberId: string): Promise<UploadedKey | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: encryptionPath(phoneNumberId),
      token,
      response: GraphAnswer,
      timeoutMs: INTERACTIVE_MS,
    });
    const entry = listAt(raw, 'data')[0] ?? raw;
    const publicKey = textAt(entry, 'business_public_key');
    if (publicKey === undefined) return null;
    return { publicKey, signatureStatus: textAt(entry, 'business_public_key_signature_status') ?? null };
  }

  private async write(
    method: 'POST',
    path: string,
    token: string,
    body: Record<string, unknown>,
    timeoutMs = INTERACTIVE_MS,
  ): Promise<void> {
    const response = GraphWritten;
    requireWritten(await this.graph.call({ method, path, token, body, response, timeoutMs }));
  }
}

const pathOf = (flowId: string): string => `/${encodeURIComponent(flowId)}`;
const encryptionPath = (phoneNumberId: string): string =>
  `/${encodeURIComponent(phoneNumberId)}/whatsapp_business_encryption`;

function flowOf(flowId: string, raw: Readonly<Record<string, unknown>>): FoundFlow {
  const { categories } = raw;
  return {
    flowId,
    name: textAt(raw, 'name') ?? '',
    status: textAt(raw, 'status') ?? 'UNKNOWN',
    categories: Array.isArray(categories) ? categories.filter((item) => typeof item === 'string') : [],
    validationErrors: validationErrorsOf(raw),
    jsonVersion: textAt(raw, 'json_version') ?? null,
    dataApiVersion: textAt(raw, 'data_api_version') ?? null,
    endpointUri: textAt(raw, 'endpoint_uri') ?? textAt(raw, 'data_channel_uri') ?? null,
  };
}

export function validationErrorsOf(raw: Readonly<Record<string, unknown>>): FlowValidationError[] {
  return listAt(raw, 'validation_errors').map((problem) => ({
    error: textAt(problem, 'error') ?? 'UNKNOWN',
    errorType: textAt(problem, 'error_type') ?? null,
    message: textAt(problem, 'message') ?? '',
    ...spanOf(problem),
    pointers: listAt(problem, 'pointers').map((pointer) => ({
      ...spanOf(pointer),
      path: textAt(pointer, 'path') ?? null,
    })),
  }));
}

function spanOf(value: Readonly<Record<string, unknown>>): FlowTextSpan {
  const number = (name: string): number | null => {
    const found = Number(value[name]);
    return value[name] !== undefined && Number.isSafeInteger(found) ? found : null;
  };
  return {
    lineStart: number('line_start'),
    lineEnd: number('line_end'),
    columnStart: number('column_start'),
    columnEnd: number('column_end'),
  };
}

function listAt(value: Readonly<Record<string, unknown>>, key: string): Record<string, unknown>[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
