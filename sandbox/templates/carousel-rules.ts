import {
  checkCtaUrl,
  checkHeader,
  checkReplyButtons,
  invalid,
  requireText,
  type MediaExists,
} from '../messages/interactive-parts';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from '../json';

/** Two to ten cards of one kind: pictures with links or quick replies, or products. */
export function checkCarousel(_interactive: JsonObject, action: JsonObject, mediaExists: MediaExists): void {
  const cards = listOf(action.cards).filter(isObject);
  if (cards.length < 2 || cards.length > 10) throw invalid('A carousel has 2 to 10 cards.');
  cards.forEach((card, index) => {
    if (numberOf(card.card_index) !== index)
      throw invalid('The card_index of a carousel counts from 0, without gaps.');
    checkCard(card, mediaExists);
  });
  if (new Set(cards.map(shapeOf)).size > 1)
    throw invalid('All cards of a carousel must have the same header and the same kind of buttons.');
}

function checkCard(card: JsonObject, mediaExists: MediaExists): void {
  const action = objectOf(card.action);
  const at = "['action']['cards']";
  if (isProduct(card)) {
    requireText(action.catalog_id, `${at}['action']['catalog_id']`, 200);
    requireText(action.product_retailer_id, `${at}['action']['product_retailer_id']`, 200);
    return;
  }
  checkHeader(objectOf(card.header), ['image', 'video'], mediaExists);
  if (card.body !== undefined) requireText(objectOf(card.body).text, `${at}['body']['text']`, 160);
  const buttons = listOf(action.buttons).filter(isObject);
  if (buttons.length === 0) checkCtaUrl(action);
  else checkReplyButtons(buttons.map(asReply), 3);
}

/** Cards call a reply button `quick_reply`. */
function asReply(button: JsonObject): JsonObject {
  if (textOf(button.type) !== 'quick_reply') return button;
  return { type: 'reply', reply: button.quick_reply ?? button.reply };
}

function isProduct(card: JsonObject): boolean {
  return textOf(card.type) === 'product' || objectOf(card.action).product_retailer_id !== undefined;
}

function shapeOf(card: JsonObject): string {
  const buttons = listOf(objectOf(card.action).buttons).length;
  return [isProduct(card), textOf(objectOf(card.header).type) ?? '', buttons].join(' ');
}
