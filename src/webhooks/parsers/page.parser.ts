import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import type { ChannelChange } from './messenger.parser';
import { parseChannelEntry } from './messenger.parser';
import { routeToChannel } from './messenger-item.parser';
import { parsePageLead, parsePageMention, parsePageRating } from './page-change.parser';
import { parsePageFeed } from './page-feed.parser';
import type { ParsedItems } from './parsed-items';

const PARSERS = new Map<string, (change: ChannelChange) => WebhookEvent>([
  ['feed', parsePageFeed],
  ['mention', parsePageMention],
  ['ratings', parsePageRating],
  ['leadgen', parsePageLead],
]);

/** Fields that are known and of which nothing is made yet. */
const OTHER_FIELDS: ReadonlySet<string> = new Set([
  'videos',
  'live_videos',
  'messenger_template_status_update',
]);

/** Object `page`: Messenger, and what happens on the Page itself. */
export function parsePageEntry(entry: JsonRecord, receivedAt: Date, items: ParsedItems): void {
  parseChannelEntry(entry, receivedAt, items, {
    object: 'page',
    platform: 'messenger',
    parserOf: (field) => PARSERS.get(field) ?? (OTHER_FIELDS.has(field) ? parsePageOther : undefined),
  });
}

function parsePageOther({ channel, field, value }: ChannelChange): WebhookEvent<'page.other'> {
  return {
    kind: 'page.other',
    occurredAt: channel.fallbackTime,
    ...routeToChannel(channel),
    payload: { field, value },
  };
}
