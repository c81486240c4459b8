import type { SandboxContext } from '../context';
import { requireScope } from '../graph/access';
import type { EdgeReader, NodeType } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { listPage } from '../graph/paging';
import { requireFeature, tokenOf } from './page-access';
import type { LeadRecord } from './post-records';
import type { PageRecord } from '../world';

/** What people filled into forms. */
export function registerLeads(router: GraphRouter): void {
  router.type('lead', leadType);
  router.on('GET', 'lead', '', (lead, { token }) => {
    requireScope(token, 'leads_retrieval', lead.pageId);
    return undefined;
  });
}

const leadType: NodeType<LeadRecord> = {
  name: 'UserLeadGenInfo',
  defaults: ['created_time', 'field_data'],
  fields: {
    created_time: ({ createdAt }) => graphTime(createdAt),
    field_data: ({ answers }) => answers,
    form_id: ({ formId }) => formId,
    ad_id: ({ adId }) => adId,
    is_organic: ({ adId }) => adId === undefined,
  },
  edges: {},
};

/** `GET /{page}/ratings`: who recommends the Page, and who does not. */
export function pageRatings({ pages, world }: SandboxContext): EdgeReader<PageRecord> {
  return (page, read) => {
    requireFeature(tokenOf(read.request), 'pages_read_user_content', page.id);
    const ratings = pages.ratings.filter(({ pageId }) => pageId === page.id).reverse();
    return listPage(ratings, read, {
      path: `/${page.id}/ratings`,
      keyOf: ({ id }) => id,
      render: ({ id, userId, recommendation, text, createdAt }) => ({
        created_time: graphTime(createdAt),
        open_graph_story: { id },
        recommendation_type: recommendation,
        ...(text !== '' && { review_text: text }),
        reviewer: { id: userId, name: world.findKind('scoped-user', userId)?.name ?? 'Facebook user' },
      }),
    });
  };
}
