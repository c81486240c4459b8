import type { SandboxContext } from '../context';
import type { NodeType } from '../graph/graph-nodes';
import type { InstagramContainerRecord } from './instagram-records';
import { DAY_MS } from '../login/tokens';

export type ContainerStatus = 'EXPIRED' | 'ERROR' | 'FINISHED' | 'IN_PROGRESS' | 'PUBLISHED';

/** Where a container stands at this moment of the virtual clock. */
export function containerStatus(
  { clock }: Pick<SandboxContext, 'clock'>,
  container: InstagramContainerRecord,
): { code: ContainerStatus; subcode?: number } {
  const now = clock.now();
  const { verdict, problem } = container;
  if (container.mediaId !== undefined) return { code: 'PUBLISHED' };
  if (now - container.createdAt >= DAY_MS) return { code: 'EXPIRED' };
  if (verdict) {
    if (now < verdict.at) return { code: 'IN_PROGRESS' };
    return verdict.outcome === 'ERROR'
      ? { code: 'ERROR', subcode: verdict.subcode }
      : { code: verdict.outcome };
  }
  if (container.isWaitingForBytes || now < container.readyAt) return { code: 'IN_PROGRESS' };
  return problem === undefined ? { code: 'FINISHED' } : { code: 'ERROR', subcode: problem };
}

export function statusText({ code, subcode }: { code: ContainerStatus; subcode?: number }): string {
  switch (code) {
    case 'EXPIRED':
      return 'Expired: The media was not published within 24 hours.';
    case 'ERROR':
      return `Error: Media upload has failed with error code ${subcode ?? 2207053}`;
    case 'FINISHED':
      return 'Finished: Media has been uploaded and it is ready to be published.';
    case 'IN_PROGRESS':
      return 'In Progress: Media is still being processed.';
    case 'PUBLISHED':
      return 'Published: Media has been successfully published.';
  }
}

export function containerType(context: SandboxContext): NodeType<InstagramContainerRecord> {
  return {
    name: 'InstagramContainer',
    defaults: [],
    fields: {
      status_code: (container) => containerStatus(context, container).code,
      status: (container) => statusText(containerStatus(context, container)),
      copyright_check_status: ({ mediaType }) =>
        mediaType === 'VIDEO' ? { status: 'completed', matches_found: false } : undefined,
      video_status: ({ upload, isWaitingForBytes }) =>
        upload && {
          uploading_phase: {
            status: isWaitingForBytes ? 'in_progress' : 'complete',
            bytes_transferred: upload.received,
          },
          processing_phase: { status: isWaitingForBytes ? 'not_started' : 'in_progress' },
        },
    },
    edges: {},
  };
}
