import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type PersonAtAsset,
  type PersonFacts,
  type PersonReader,
  PersonReaders,
  type PersonReading,
} from '../../conversations/contacts/person-readers';
import { storable } from '../../conversations/direct/direct-history-mapping';
import { refusalOf } from '../../conversations/contacts/person-refusals';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import { GraphReauthRequiredError, GraphRejectedError } from '../../graph-client/graph.error';
import { type JsonRecord, present, readNumber, readText } from '../../webhooks/parsers/json-reader';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';

const NAMES = 'id,name,first_name,last_name,profile_pic';
/** Each of the further ones takes a permission of its own, which few apps have. */
const ALL = `${NAMES},locale,timezone,gender`;

/** Who the people are that write to Pages. */
@Injectable()
export class MessengerPeople implements PersonReader, OnModuleInit {
  readonly kind = 'psid';

  constructor(
    private readonly readers: PersonReaders,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly graph: GraphClient,
  ) {}

  onModuleInit(): void {
    this.readers.register(this);
  }

  async read({ accountId, assetId, person }: PersonAtAsset, timeoutMs?: number): Promise<PersonReading> {
    const page = await this.pages.findConnectedById(accountId, assetId);
    if (page === null) return { state: 'unreachable' };
    return this.tokens.withToken(page, async (token): Promise<PersonReading> => {
      try {
        return { state: 'read', facts: factsOf(await this.ask(token, person.value, timeoutMs)) };
      } catch (error) {
        const reason = refusalOf(error);
        if (reason === null) throw error;
        return { state: 'refused', reason };
      }
    });
  }

  private async ask(token: string, psid: string, timeoutMs: number | undefined): Promise<JsonRecord> {
    try {
      return await this.askFor(ALL, token, psid, timeoutMs);
    } catch (error) {
      if (refusalOf(error) !== null || !mayBeTheFields(error)) throw error;
      return this.askFor(NAMES, token, psid, timeoutMs);
    }
  }

  private async askFor(
    fields: string,
    token: string,
    psid: string,
    timeoutMs: number | undefined,
  ): Promise<JsonRecord> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(psid)}`,
      token,
      query: { fields },
      response: GraphNode,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return storable(raw);
  }
}

/** A field that the app may not ask for costs the whole call; a dead token is no matter of fields. */
function mayBeTheFields(error: unknown): boolean {
  if (error instanceof GraphReauthRequiredError) return error.meta?.code !== 190 && error.meta?.code !== 102;
  return error instanceof GraphRejectedError;
}

function factsOf(record: JsonRecord): PersonFacts {
  const [first, last] = [readText(record, 'first_name'), readText(record, 'last_name')];
  const both = [first, last].filter((part) => part !== undefined).join(' ');
  return {
    name: readText(record, 'name') ?? (both === '' ? null : both),
    profile: present({
      first_name: first,
      last_name: last,
      picture_url: readText(record, 'profile_pic'),
      locale: readText(record, 'locale'),
      timezone: readNumber(record, 'timezone'),
      gender: readText(record, 'gender'),
    }),
  };
}
