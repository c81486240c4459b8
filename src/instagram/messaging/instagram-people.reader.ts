import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type PersonAtAsset,
  type PersonFacts,
  type PersonReader,
  PersonReaders,
  type PersonReading,
} from '../../conversations/contacts/person-readers';
import { refusalOf } from '../../conversations/contacts/person-refusals';
import { storable } from '../../conversations/direct/direct-history-mapping';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import {
  type JsonRecord,
  present,
  readBoolean,
  readNumber,
  readText,
} from '../../webhooks/parsers/json-reader';
import { AccountsRepository } from '../accounts/accounts.repository';
import { InstagramAccess } from '../accounts/instagram-access';

const FIELDS =
  'id,name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user';

/** Who the people are that write to Instagram accounts, whichever way the account is reached. */
@Injectable()
export class InstagramPeople implements PersonReader, OnModuleInit {
  readonly kind = 'igsid';

  constructor(
    private readonly readers: PersonReaders,
    private readonly accounts: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly graph: GraphClient,
  ) {}

  onModuleInit(): void {
    this.readers.register(this);
  }

  async read({ accountId, assetId, person }: PersonAtAsset, timeoutMs?: number): Promise<PersonReading> {
    const account = await this.accounts.findConnected(accountId, assetId);
    if (account === null) return { state: 'unreachable' };
    return this.access.with(account, async ({ host, token }): Promise<PersonReading> => {
      try {
        const { raw } = await this.graph.call({
          method: 'GET',
          host,
          path: `/${encodeURIComponent(person.value)}`,
          token,
          query: { fields: FIELDS },
          response: GraphNode,
          ...(timeoutMs !== undefined && { timeoutMs }),
        });
        return { state: 'read', facts: factsOf(storable(raw)) };
      } catch (error) {
        // Here, so that a missing consent does not count against the account's own token.
        const reason = refusalOf(error);
        if (reason === null) throw error;
        return { state: 'refused', reason };
      }
    });
  }
}

function factsOf(record: JsonRecord): PersonFacts {
  const username = readText(record, 'username');
  return {
    name: readText(record, 'name') ?? username ?? null,
    profile: present({
      username,
      picture_url: readText(record, 'profile_pic'),
      follower_count: readNumber(record, 'follower_count'),
      is_user_follow_business: readBoolean(record, 'is_user_follow_business'),
      is_business_follow_user: readBoolean(record, 'is_business_follow_user'),
      is_verified_user: readBoolean(record, 'is_verified_user'),
    }),
  };
}
