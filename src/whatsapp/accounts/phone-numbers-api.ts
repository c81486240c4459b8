import { Injectable } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import type { GraphQuery } from '../../graph-client/graph-request';
import { OptionalText } from '../meta-values';
import { type CallbackOverride, PHONE_NUMBER_FIELDS, PHONE_NUMBER_SUBSTITUTES } from '../whatsapp-api';
import {
  type DiscoveredPhoneNumber,
  GraphIdItem,
  GraphPhoneNumber,
  GraphWritten,
  phoneNumberOf,
  requireWritten,
} from '../whatsapp-api.responses';
import { withKnownFields } from './field-fallback';

/** A person waits for the answer. */
const INTERACTIVE_MS = 6_000;

/** What costs Meta more to find out than the fields of a list. */
const SINGLE_FIELDS = [
  ...PHONE_NUMBER_FIELDS,
  'health_status',
  'new_display_name',
  'new_name_status',
  'username',
];

export interface NewPhoneNumber {
  /** Without `+`. */
  countryCode: string;
  phoneNumber: string;
  displayName: string;
}

export type SyncType = 'smb_app_state_sync' | 'history';

class GraphSyncRequest {
  @OptionalText() request_id?: string;
}

/** The Graph endpoints of one phone number's life: adding it, proving it, registering it, naming it. */
@Injectable()
export class PhoneNumbersApi {
  constructor(private readonly graph: GraphClient) {}

  /** With its health, which a list does not tell. */
  async read(token: string, phoneNumberId: string): Promise<DiscoveredPhoneNumber> {
    const wishes = { fields: SINGLE_FIELDS, substitutes: PHONE_NUMBER_SUBSTITUTES };
    const answer = await withKnownFields(wishes, (fields) =>
      this.graph.call({
        method: 'GET',
        path: pathOf(phoneNumberId),
        token,
        query: { fields },
        response: GraphPhoneNumber,
        timeoutMs: INTERACTIVE_MS,
      }),
    );
    return phoneNumberOf(answer);
  }

  /** @returns Meta's id of the number, which is not verified yet */
  async add(token: string, wabaId: string, number: NewPhoneNumber): Promise<string> {
    const { id } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(wabaId)}/phone_numbers`,
      token,
      body: { cc: number.countryCode, phone_number: number.phoneNumber, verified_name: number.displayName },
      response: GraphIdItem,
    });
    return id;
  }

  async requestCode(
    token: string,
    phoneNumberId: string,
    { method, language }: { method: 'SMS' | 'VOICE'; language: string },
  ): Promise<void> {
    await this.write(token, phoneNumberId, 'request_code', { code_method: method, language });
  }

  async verifyCode(token: string, phoneNumberId: string, code: string): Promise<void> {
    await this.write(token, phoneNumberId, 'verify_code', { code });
  }

  async register(
    token: string,
    phoneNumberId: string,
    { pin, region }: { pin: string; region: string | undefined },
  ): Promise<void> {
    await this.write(token, phoneNumberId, 'register', {
      messaging_product: 'whatsapp',
      pin,
      ...(region === undefined ? {} : { data_localization_region: region }),
    });
  }

  async deregister(token: string, phoneNumberId: string): Promise<void> {
    await this.write(token, phoneNumberId, 'deregister');
  }

  async setPin(token: string, phoneNumberId: string, pin: string): Promise<void> {
    await this.write(token, phoneNumberId, '', { pin });
  }

  /** Meta takes the name from the query, and looks at it before it shows it. */
  async requestDisplayName(token: string, phoneNumberId: string, displayName: string): Promise<void> {
    await this.write(token, phoneNumberId, '', undefined, { new_display_name: displayName });
  }

  /** @param override null takes it away */
  async overrideCallback(
    token: string,
    phoneNumberId: string,
    override: CallbackOverride | null,
  ): Promise<void> {
    const configuration =
      override === null
        ? { override_callback_uri: '' }
        : { override_callback_uri: override.url, verify_token: override.verifyToken };
    await this.write(token, phoneNumberId, '', { webhook_configuration: configuration });
  }

  /** @returns Meta's id of the request, which its support asks for */
  async requestAppData(token: string, phoneNumberId: string, syncType: SyncType): Promise<string | null> {
    const { request_id: requestId } = await this.graph.call({
      method: 'POST',
      path: `${pathOf(phoneNumberId)}/smb_app_data`,
      token,
      body: { messaging_product: 'whatsapp', sync_type: syncType },
      response: GraphSyncRequest,
    });
    return requestId ?? null;
  }

  private async write(
    token: string,
    phoneNumberId: string,
    edge: string,
    body?: Record<string, unknown>,
    query?: GraphQuery,
  ): Promise<void> {
    const answer = await this.graph.call({
      method: 'POST',
      path: edge === '' ? pathOf(phoneNumberId) : `${pathOf(phoneNumberId)}/${edge}`,
      token,
      ...(body === undefined ? {} : { body }),
      ...(query === undefined ? {} : { query }),
      response: GraphWritten,
    });
    requireWritten(answer);
  }
}

function pathOf(phoneNumberId: string): string {
  return `/${encodeURIComponent(phoneNumberId)}`;
}
