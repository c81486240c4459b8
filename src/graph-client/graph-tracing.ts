import { inChildSpan } from '../tracing/work-scope';
import { GraphError } from './graph.error';
import { edgeOf } from './graph-edge';
import type { GraphHost, GraphResponseInfo, UnknownGraphRequest } from './graph-request';

/**
 * One attempt as a step of whatever it is made for: which edge, how it ended, and the trace id that Meta's support asks for.
 * Never whose id, the query, the token or the body. Meta is not told of our traces.
 */
export async function tracedAttempt<T extends { info: GraphResponseInfo }>(
  { method, path }: UnknownGraphRequest,
  host: GraphHost,
  attempt: () => Promise<T>,
): Promise<T> {
  const edge = edgeOf(path);
  return inChildSpan(
    `${method} ${edge}`,
    {
      kind: 'client',
      attributes: { 'http.request.method': method, 'url.template': edge, 'meta.host': host },
    },
    async (span) => {
      try {
        const answer = await attempt();
        const { status, fbtraceId } = answer.info;
        span?.set({ 'http.response.status_code': status, ...traceIdOf(fbtraceId) });
        return answer;
      } catch (error) {
        if (error instanceof GraphError && error.meta !== null) {
          const { code, subcode, fbtraceId } = error.meta;
          span?.set({
            ...(code === null ? {} : { 'meta.error_code': code }),
            ...(subcode === null ? {} : { 'meta.error_subcode': subcode }),
            ...traceIdOf(fbtraceId),
          });
        }
        throw error;
      }
    },
  );
}

function traceIdOf(fbtraceId: string | null): Record<string, string> {
  return fbtraceId === null ? {} : { 'meta.fbtrace_id': fbtraceId };
}
