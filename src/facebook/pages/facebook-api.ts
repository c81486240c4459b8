import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphSuccess } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { type JsonRecord, readId, readRecord, readText } from '../../webhooks/parsers/json-reader';

/** A Page as Meta shows it to a person with a role on it. */
export interface DiscoveredPage {
  pageId: string;
  name: string;
  category: string | null;
  pictureUrl: string | null;
  /** null where Meta does not say. */
  tasks: string[] | null;
  instagramId: string | null;
  /** The Page's own token; null where the person may see the Page and not act for it, or withheld it from the app. */
  token: string | null;
}

const NODE_FIELDS = 'id,name,category,picture,access_token,instagram_business_account{id}';
/** Only lists know what the person may do. */
const LIST_FIELDS = `${NODE_FIELDS},tasks`;
const PAGE_SIZE = 100;
/** Subcode of "does not exist, or this token may not see it". */
const NOT_VISIBLE = 33;

/** The Graph endpoints of Pages. */
@Injectable()
export class FacebookApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly config: AppConfig,
  ) {}

  /** The Pages that the person has a role on and has shown to the app. */
  async pages(userToken: string): Promise<DiscoveredPage[]> {
    return this.pagesAt('/me/accounts', userToken);
  }

  async businessIds(userToken: string): Promise<string[]> {
    const ids: string[] = [];
    const query = { fields: 'id' };
    const list = { path: '/me/businesses', token: userToken, query, item: GraphNode, pageSize: PAGE_SIZE };
    for await (const page of this.graph.pages(list)) ids.push(...page.map(({ id }) => id));
    return ids;
  }

  /** Pages of a business portfolio, some of which `/me/accounts` leaves out: its own, or those of its clients. */
  async pagesOfBusiness(
    userToken: string,
    businessId: string,
    edge: 'owned_pages' | 'client_pages',
  ): Promise<DiscoveredPage[]> {
    return this.pagesAt(`/${encodeURIComponent(businessId)}/${edge}`, userToken);
  }

  /** null when there is none that the person may see. */
  async page(userToken: string, pageId: string): Promise<DiscoveredPage | null> {
    try {
      const { raw } = await this.graph.call({
        method: 'GET',
        path: `/${encodeURIComponent(pageId)}`,
        token: userToken,
        query: { fields: NODE_FIELDS },
        response: GraphNode,
      });
      return pageOf(raw);
    } catch (error) {
      if (error instanceof GraphRejectedError && isNoSuchPage(error)) return null;
      throw error;
    }
  }

  /**
   * The call by which the past of a Page is read after an outage, for a look at whether it will work: it needs the Page's
   * own token, the permission `pages_messaging` and the task.
   * @throws GraphError as Meta refuses it
   */
  async tryReading(pageToken: string, pageId: string): Promise<void> {
    await this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(pageId)}/conversations`,
      token: pageToken,
      query: { platform: 'messenger', fields: 'id', limit: 1 },
    });
  }

  /** Replaces whatever the app was subscribed to. */
  async subscribe(pageToken: string, pageId: string, fields: readonly string[]): Promise<void> {
    await this.write('POST', `/${encodeURIComponent(pageId)}/subscribed_apps`, pageToken, {
      subscribed_fields: fields.join(','),
    });
  }

  /** What Meta sends of the Page to this app; null: the app is not subscribed at all. */
  async subscribedFields(pageToken: string, pageId: string): Promise<string[] | null> {
    const path = `/${encodeURIComponent(pageId)}/subscribed_apps`;
    for await (const page of this.graph.pages({ path, token: pageToken, item: GraphNode })) {
      const ours = page.find(({ id }) => id === this.config.env.META_APP_ID);
      if (ours !== undefined) return textsOf(ours.raw.subscribed_fields) ?? [];
    }
    return null;
  }

  async unsubscribe(pageToken: string, pageId: string): Promise<void> {
    await this.write('DELETE', `/${encodeURIComponent(pageId)}/subscribed_apps`, pageToken);
  }

  private async write(
    method: 'POST' | 'DELETE',
    path: string,
    token: string,
    query: Record<string, string> = {},
  ): Promise<void> {
    // Doing either twice leaves the same subscription.
    const { success } = await this.graph.call({
      method,
      path,
      token,
      query,
      response: GraphSuccess,
      retry: 'safe',
    });
    if (!success) throw new GraphRejectedError('Meta answered that it did not do this.');
  }

  private async pagesAt(path: string, token: string): Promise<DiscoveredPage[]> {
    const found: DiscoveredPage[] = [];
    const query = { fields: LIST_FIELDS };
    for await (const page of this.graph.pages({ path, token, query, item: GraphNode, pageSize: PAGE_SIZE }))
      found.push(...page.flatMap(({ raw }) => pageOf(raw) ?? []));
    return found;
  }
}

/** 100/33, and 803 where the id is that of nothing at all. */
function isNoSuchPage({ meta }: GraphRejectedError): boolean {
  return meta?.code === 803 || (meta?.code === 100 && meta.subcode === NOT_VISIBLE);
}

function pageOf(raw: JsonRecord): DiscoveredPage | null {
  const pageId = readId(raw, 'id');
  if (pageId === undefined) return null;
  const picture = readRecord(raw, 'picture') ?? {};
  return {
    pageId,
    name: readText(raw, 'name') ?? pageId,
    category: readText(raw, 'category') ?? null,
    pictureUrl: readText(readRecord(picture, 'data') ?? picture, 'url') ?? null,
    tasks: textsOf(raw.tasks),
    instagramId: readId(readRecord(raw, 'instagram_business_account') ?? {}, 'id') ?? null,
    token: readText(raw, 'access_token') ?? null,
  };
}

function textsOf(list: unknown): string[] | null {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : null;
}
