import type { WebhookEvent } from '../webhook-events';
import {
  parseInstagramComment,
  parseInstagramMention,
  parseInstagramStoryInsights,
} from './instagram-change.parser';
import type { JsonRecord } from './json-reader';
import type { ChannelChange } from './messenger.parser';
import { parseChannelEntry } from './messenger.parser';
import { routeToChannel } from './messenger-item.parser';
import type { ParsedItems } from './parsed-items';

const FIELDS = new Map<string, (change: ChannelChange) => WebhookEvent>([
  ['comments', parseInstagramComment],
  ['live_comments', parseInstagramComment],
  ['mentions', parseInstagramMention],
  ['story_insights', parseInstagramStoryInsights],
  ['share_to_story', parseInstagramOther],
]);

/** Object `instagram`: direct messages, and what happens at the account's posts and stories. */
export function parseInstagramEntry(entry: JsonRecord, receivedAt: Date, items: ParsedItems): void {
  parseChannelEntry(entry, receivedAt, items, {
    object: 'instagram',
    platform: 'instagram',
    parserOf: (field) => FIELDS.get(field),
  });
}

function parseInstagramOther({ channel, field, value }: ChannelChange): WebhookEvent<'instagram.other'> {
  return {
    kind: 'instagram.other',
    occurredAt: channel.fallbackTime,
    ...routeToChannel(channel),
    payload: { field, value, person: null, by: null, standby: false },
  };
}
