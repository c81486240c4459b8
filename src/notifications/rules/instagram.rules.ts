import type { DomainEventMap } from '../../domain-events/domain-events';
import { type RuleTable, type Subject, clear, raise } from './finding';

type Publication = DomainEventMap['instagram.media.failed' | 'instagram.media.unknown'];

const STATE = 'instagram.publication';

const NOUNS: Readonly<Record<string, string>> = {
  image: 'An image',
  video: 'A video',
  reel: 'A reel',
  story: 'A story',
  carousel: 'A carousel',
};

export const INSTAGRAM_RULES: RuleTable = {
  'instagram.media.published': ({ publicationId }) => [clear(STATE, publicationId)],
  'instagram.media.failed': (publication) => [
    raise({
      kind: 'instagram.publication_failed',
      topic: STATE,
      group: publication.publicationId,
      subject: subjectOf(publication),
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `${nounOf(publication)} was not published on ${name}`,
        message: `${begins(publication)}${publication.error.message} ${publication.error.advice}`,
      }),
      payload: factsOf(publication, { error: publication.error }),
    }),
  ],
  'instagram.media.unknown': (publication) => [
    raise({
      kind: 'instagram.publication_unknown',
      topic: STATE,
      group: publication.publicationId,
      subject: subjectOf(publication),
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `It is not known whether ${nounOf(publication).toLowerCase()} was published on ${name}`,
        message: `${begins(publication)}Instagram was told to publish it and did not answer. It is looked for further; look at the account yourself before you publish it again.`,
      }),
      payload: factsOf(publication, {}),
    }),
  ],
};

/** Called after the Instagram account: an order has no name of its own. */
function subjectOf({ publicationId, assetId }: Publication): Subject {
  return { type: 'instagram_publication', id: publicationId, assetId };
}

function nounOf({ publicationKind }: Publication): string {
  return NOUNS[publicationKind] ?? 'Something';
}

function begins({ caption }: Publication): string {
  return caption === null ? '' : `“${caption}”: `;
}

function factsOf({ publicationId, assetId, publicationKind, caption }: Publication, rest: object): object {
  return { publicationId, assetId, publicationKind, caption, ...rest };
}
