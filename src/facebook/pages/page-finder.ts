import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../errors/app.error';
import { GraphError } from '../../graph-client/graph.error';
import { verdictOf } from '../../meta-auth/token-verdict';
import { type DiscoveredPage, FacebookApi } from './facebook-api';

export interface FoundPages {
  pages: DiscoveredPage[];
  /** False when Meta failed at a way of looking: Pages that are missing may be there all the same. */
  isComplete: boolean;
}

/** Finds the Pages that an account's token opens: those of the person, and those of the person's businesses. */
@Injectable()
export class PageFinder {
  private readonly log = new Logger(PageFinder.name);

  constructor(private readonly api: FacebookApi) {}

  /** @throws GraphError when not even the person's own Pages can be listed */
  async all(token: string): Promise<FoundPages> {
    const own = await this.api.pages(token);
    let isComplete = true;
    const attempt = async <T>(find: () => Promise<T[]>): Promise<T[]> => {
      try {
        return await find();
      } catch (error) {
        if (!(error instanceof AppError) || isDeadToken(error)) throw error;
        this.log.log(`Pages of businesses could not be listed: ${error.message}`);
        // Without the permission no business leads to any Page.
        if (error.retryable) isComplete = false;
        return [];
      }
    };
    const ofBusinesses: DiscoveredPage[] = [];
    for (const businessId of await attempt(() => this.api.businessIds(token)))
      for (const edge of ['owned_pages', 'client_pages'] as const)
        ofBusinesses.push(...(await attempt(() => this.api.pagesOfBusiness(token, businessId, edge))));
    const pages = new Map<string, DiscoveredPage>();
    // What the person's own list says of a Page is what the person may do.
    for (const page of [...own, ...ofBusinesses]) if (!pages.has(page.pageId)) pages.set(page.pageId, page);
    return { pages: [...pages.values()], isComplete };
  }

  /** null when the account may not see it. */
  async one(token: string, pageId: string): Promise<DiscoveredPage | null> {
    const listed = (await this.api.pages(token)).find((page) => page.pageId === pageId);
    return listed ?? this.api.page(token, pageId);
  }
}

function isDeadToken(error: unknown): boolean {
  return error instanceof GraphError && verdictOf(error.meta) !== null;
}
