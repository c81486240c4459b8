import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { shownContent } from '../../conversations/messages/message-content';
import type { AccountId, AssetId } from '../../database/ids';
import { parseJsonLosslessly } from '../../json/lossless-json';
import { parseDelivery } from '../../webhooks/parsers/delivery.parser';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import { echoedMessage, editOf, historyMessage, receivedMessage, systemMessage } from './message-arrivals';

/**
 * Messages that Meta and makers of client libraries have published. They are not part of this project: where they are
 * absent this file says so and checks nothing.
 */
const FIXTURES = resolve(__dirname, '../../../../shared/meta/fixtures/whatsapp');
const available = existsSync(FIXTURES);
if (!available) console.warn(`Not run: the messages published by others are not at ${FIXTURES}.`);

const home = { accountId: 'a' as AccountId, assetId: 'n' as AssetId };

/** Meta itself sends this one without its content; the reason is told beside it. */
const EMPTY = ['message-interactive-missing-body-with-value-errors.json'];

const names = available
  ? readdirSync(FIXTURES).filter(
      (name) => name.endsWith('.json') && name !== 'history-declined-value-only.json',
    )
  : [];

function kindsIn(name: string): string[] {
  const body = parseJsonLosslessly(readFileSync(join(FIXTURES, name), 'utf8'));
  return parseDelivery(body, new Date()).events.flatMap((event) => kindsOf(event as RoutedEvent));
}

/** By the same steps as in the service: event, stored message, what is shown. */
function kindsOf(event: RoutedEvent): string[] {
  switch (event.kind) {
    case 'whatsapp.message.received':
      return [receivedMessage(home, event)].map(kindOf);
    case 'whatsapp.message.system':
      return [systemMessage(home, event)].map(kindOf);
    case 'whatsapp.message.echoed':
      return event.payload.action === 'sent' ? [kindOf(echoedMessage(home, event))] : [];
    case 'whatsapp.message.edited': {
      const { originalWamid, content, raw } = event.payload;
      const edit = editOf(home, originalWamid, content, raw, event.occurredAt);
      const part = { platform: 'whatsapp', direction: 'inbound', metadata: {}, revokedAt: null } as const;
      return [shownContent({ ...part, type: content.type, content: edit.content }).kind];
    }
    case 'whatsapp.history':
      return event.payload.type !== 'chunk'
        ? []
        : event.payload.threads.flatMap(({ person, messages }) =>
            messages.map((message) => kindOf(historyMessage(home, person, message))),
          );
    default:
      return [];
  }
}

function kindOf(message: ReturnType<typeof receivedMessage>): string {
  if (message === null) return 'nobody’s';
  const { platform, direction, type, content, metadata } = message;
  return shownContent({ platform, direction, type, content, metadata, revokedAt: null }).kind;
}

(available ? describe : describe.skip)('messages published by others (skipped where they are absent)', () => {
  const kinds = new Map(names.map((name) => [name, kindsIn(name)]));

  it('are each shown in a form of their own, none as unknown', () => {
    const degraded = [...kinds].filter(([, found]) =>
      found.some((kind) => kind === 'unknown' || kind === 'nobody’s'),
    );
    expect(degraded.map(([name]) => name)).toEqual(EMPTY);
  });

  it('cover the forms that customers’ messages have', () => {
    const all = new Set([...kinds.values()].flat());
    const wanted = [
      ...[
        'text',
        'image',
        'video',
        'audio',
        'document',
        'sticker',
        'location',
        'contacts',
        'reaction',
        'button',
      ],
      ...[
        'button_reply',
        'list_reply',
        'nfm_reply',
        'call_permission_reply',
        'order',
        'system',
        'unsupported',
      ],
    ];
    expect(wanted.filter((kind) => !all.has(kind))).toEqual([]);
  });
});
