import { Injectable } from '@nestjs/common';
import { storable } from '../../conversations/direct/direct-history-mapping';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphSuccess } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import type { GraphHost } from '../../graph-client/graph-request';
import { type JsonRecord, readId, readRecord, readText } from '../../webhooks/parsers/json-reader';

/** An account as Meta shows it to one login. */
export interface FoundInstagramAccount {
  igAccountId: string;
  appScopedId: string | null;
  username: string;
  name: string | null;
  profilePicture: string | null;
  pageId: string | null;
  pageName: string | null;
}

/** A Page from which no usable Instagram account is reached. */
export interface UnlinkedPage {
  pageId: string;
  pageName: string | null;
  /** Of an account that is linked and no app may manage, as it is a personal one. */
  instagramId: string | null;
  username: string | null;
}

/** How one account is spoken with. */
export interface InstagramDoor {
  host: GraphHost;
  /** Of the Page, or of Instagram Login. */
  token: string;
}

const ACCOUNT_FIELDS = 'id,username,name,profile_picture_url';
const PAGE_FIELDS = `id,name,instagram_business_account{${ACCOUNT_FIELDS}},connected_instagram_account{id,username}`;
const PAGE_SIZE = 100;

/** The Graph endpoints about Instagram accounts and their webhook subscriptions. */
@Injectable()
export class InstagramApi {
  constructor(private readonly graph: GraphClient) {}

  /** Those that are linked to the Pages of a list such as `/me/accounts`, and the Pages that lead to none. */
  async linkedAccounts(
    token: string,
    path: string,
  ): Promise<{ accounts: FoundInstagramAccount[]; unlinked: UnlinkedPage[] }> {
    const accounts: FoundInstagramAccount[] = [];
    const unlinked: UnlinkedPage[] = [];
    const query = { fields: PAGE_FIELDS };
    for await (const page of this.graph.pages({ path, token, query, item: GraphNode, pageSize: PAGE_SIZE }))
      for (const { id, raw } of page) {
        const record = storable(raw);
        const linked = linkedTo(id, record);
        if (linked === undefined) unlinked.push(unlinkedOf(id, record));
        else accounts.push(linked);
      }
    return { accounts, unlinked };
  }

  /** Meta's id of the professional account that a Page is linked to; null where there is none. */
  async linkedTo(pageToken: string, pageId: string): Promise<string | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(pageId)}`,
      token: pageToken,
      query: { fields: 'id,instagram_business_account{id}' },
      response: GraphNode,
    });
    return readId(readRecord(storable(raw), 'instagram_business_account') ?? {}, 'id') ?? null;
  }

  async businessIds(token: string): Promise<string[]> {
    const ids: string[] = [];
    const query = { fields: 'id' };
    for await (const page of this.graph.pages({ path: '/me/businesses', token, query, item: GraphNode }))
      ids.push(...page.map(({ id }) => id));
    return ids;
  }

  /** The account of an Instagram Login. */
  async ownAccount(token: string): Promise<FoundInstagramAccount> {
    const { id, raw } = await this.graph.call({
      method: 'GET',
      host: 'instagram',
      path: '/me',
      token,
      query: { fields: `${ACCOUNT_FIELDS},user_id` },
      response: GraphNode,
    });
    const record = storable(raw);
    return { ...factsOf(record), igAccountId: readId(record, 'user_id') ?? id, appScopedId: id };
  }

  /** Through its Page; fails for accounts that no app may manage, such as personal ones. */
  async accountOfPage(pageToken: string, igAccountId: string): Promise<FoundInstagramAccount> {
    const { id, raw } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(igAccountId)}`,
      token: pageToken,
      query: { fields: ACCOUNT_FIELDS },
      response: GraphNode,
    });
    return { ...factsOf(storable(raw)), igAccountId: id };
  }

  /** null where the person may see the Page and not manage it. */
  async pageToken(token: string, pageId: string): Promise<string | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(pageId)}`,
      token,
      query: { fields: 'id,access_token' },
      response: GraphNode,
    });
    return readText(raw, 'access_token') ?? null;
  }

  /**
   * The call by which the past of an account is read after an outage, for a look at whether it will work.
   * @param nodeId the Page, or `me` for Instagram Login
   * @throws GraphError as Meta refuses it
   */
  async tryReading({ host, token }: InstagramDoor, nodeId: string): Promise<void> {
    await this.graph.callUnknown({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(nodeId)}/conversations`,
      token,
      query: { platform: 'instagram', fields: 'id', limit: 1 },
    });
  }

  /**
   * By app, the fields that it is sent.
   * @param nodeId the Page, or `me` for Instagram Login
   */
  async subscribedApps({ host, token }: InstagramDoor, nodeId: string): Promise<Map<string, string[]>> {
    const apps = new Map<string, string[]>();
    const path = `/${encodeURIComponent(nodeId)}/subscribed_apps`;
    for await (const page of this.graph.pages({ host, path, token, item: GraphNode }))
      for (const { id, raw } of page) {
        const fields: unknown = raw.subscribed_fields;
        apps.set(
          id,
          Array.isArray(fields) ? fields.filter((each): each is string => typeof each === 'string') : [],
        );
      }
    return apps;
  }

  /** Replaces the fields that this app was subscribed to. */
  async subscribe({ host, token }: InstagramDoor, nodeId: string, fields: readonly string[]): Promise<void> {
    await this.graph.call({
      method: 'POST',
      host,
      path: `/${encodeURIComponent(nodeId)}/subscribed_apps`,
      token,
      query: { subscribed_fields: fields.join(',') },
      response: GraphSuccess,
      retry: 'safe',
    });
  }

  async unsubscribe({ host, token }: InstagramDoor, nodeId: string): Promise<void> {
    await this.graph.call({
      method: 'DELETE',
      host,
      path: `/${encodeURIComponent(nodeId)}/subscribed_apps`,
      token,
      response: GraphSuccess,
      retry: 'safe',
    });
  }
}

function linkedTo(pageId: string, page: JsonRecord): FoundInstagramAccount | undefined {
  const account = readRecord(page, 'instagram_business_account');
  const igAccountId = account && readId(account, 'id');
  if (account === undefined || igAccountId === undefined) return undefined;
  return { ...factsOf(account), igAccountId, pageId, pageName: readText(page, 'name') ?? null };
}

function unlinkedOf(pageId: string, page: JsonRecord): UnlinkedPage {
  const personal = readRecord(page, 'connected_instagram_account') ?? {};
  return {
    pageId,
    pageName: readText(page, 'name') ?? null,
    instagramId: readId(personal, 'id') ?? null,
    username: readText(personal, 'username') ?? null,
  };
}

function factsOf(account: JsonRecord): Omit<FoundInstagramAccount, 'igAccountId'> {
  return {
    appScopedId: null,
    username: readText(account, 'username') ?? '',
    name: readText(account, 'name') ?? null,
    profilePicture: readText(account, 'profile_picture_url') ?? null,
    pageId: null,
    pageName: null,
  };
}
