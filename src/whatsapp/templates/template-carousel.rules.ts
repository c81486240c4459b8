import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import type { BrokenRule } from './template-rule-catalogue';
import { lengthOf } from './template-variables';

const CARDS = { fewest: 2, most: 10 };
const LONGEST_CARD_BODY = 160;
const MOST_CARD_BUTTONS = 2;
const LONGEST_OFFER = 16;
const LONGEST_OFFER_BODY = 600;
const CARD_PARTS: readonly string[] = ['HEADER', 'BODY', 'BUTTONS'];

type CheckPart = (part: TemplateComponent, path: string) => BrokenRule[];

/** Meta's rules for a CAROUSEL. @param checkPart those of its parts, which are the same as outside of cards */
export function checkCarousel(
  component: TemplateComponent,
  path: string,
  category: string | undefined,
  checkPart: CheckPart,
): BrokenRule[] {
  const problems: BrokenRule[] = [];
  if (category === 'UTILITY' || category === 'AUTHENTICATION')
    problems.push({ path, rule: 'carousel.category', message: `Carousels do not belong to ${category}.` });
  const cards = Array.isArray(component.cards) ? component.cards.filter(isRecord) : [];
  const at = `${path}.cards`;
  if (cards.length < CARDS.fewest || cards.length > CARDS.most) {
    const message = `A carousel has ${CARDS.fewest} to ${CARDS.most} cards; there are ${cards.length}.`;
    return [...problems, { path: at, rule: 'carousel.cards', message }];
  }
  if (new Set(cards.map(shapeOfCard)).size > 1) {
    problems.push({
      path: at,
      rule: 'carousel.cards_differ',
      message: 'All cards need the same components, header formats and kinds of buttons, in the same order.',
    });
  }
  cards.forEach((card, index) => problems.push(...checkCard(card, `${at}.${index}`, checkPart)));
  return problems;
}

function checkCard(card: Record<string, unknown>, path: string, checkPart: CheckPart): BrokenRule[] {
  const parts = componentsOf(card);
  const at = `${path}.components`;
  const problems: BrokenRule[] = [];
  if (!parts.some(({ type }) => type === 'HEADER'))
    problems.push({ path: at, rule: 'carousel.header_missing', message: 'The card has no header.' });
  parts.forEach((part, index) => {
    const place = `${at}.${index}`;
    const text = textAt(part, 'text');
    if (!CARD_PARTS.includes(textAt(part, 'type') ?? '')) {
      const message = `A card has no ${textAt(part, 'type') ?? 'component without type'}.`;
      problems.push({ path: place, rule: 'carousel.component', message });
    }
    if (part.type === 'BODY' && text !== undefined && lengthOf(text) > LONGEST_CARD_BODY) {
      const message = `The text of a card has ${LONGEST_CARD_BODY} characters at most.`;
      problems.push({ path: `${place}.text`, rule: 'carousel.body_too_long', message });
    }
    problems.push(...checkPart(part, place));
  });
  const row = parts.findIndex(({ type }) => type === 'BUTTONS');
  const given: unknown = parts[row]?.buttons;
  const count = Array.isArray(given) ? given.length : 0;
  if (count < 1 || count > MOST_CARD_BUTTONS) {
    const message = `A card has one or two buttons; there are ${count}.`;
    problems.push({ path: row < 0 ? at : `${at}.${row}.buttons`, rule: 'carousel.buttons', message });
  }
  return problems;
}

function shapeOfCard(card: Record<string, unknown>): string {
  return componentsOf(card)
    .map((part) => {
      const buttons = Array.isArray(part.buttons) ? part.buttons.filter(isRecord) : [];
      const kinds = buttons.map((button) => textAt(button, 'type')).join('+');
      return `${textAt(part, 'type')}:${textAt(part, 'format')}:${kinds}`;
    })
    .join();
}

function componentsOf(card: Record<string, unknown>): TemplateComponent[] {
  return Array.isArray(card.components) ? card.components.filter(isRecord) : [];
}

/** Meta's rules for a LIMITED_TIME_OFFER, and for what stands beside it. */
export function checkOffer(
  component: TemplateComponent,
  path: string,
  { category, components }: { category?: string | undefined; components: readonly TemplateComponent[] },
): BrokenRule[] {
  const problems: BrokenRule[] = [];
  const at = `${path}.limited_time_offer.text`;
  const text = textAt(component.limited_time_offer, 'text');
  if (text === undefined) {
    problems.push({ path: at, rule: 'limited_time_offer.text_missing', message: 'The offer has no text.' });
  } else if (lengthOf(text) > LONGEST_OFFER) {
    const message = `The text of the offer has ${LONGEST_OFFER} characters at most.`;
    problems.push({ path: at, rule: 'limited_time_offer.too_long', message });
  }
  if (category === 'UTILITY' || category === 'AUTHENTICATION')
    problems.push({
      path,
      rule: 'limited_time_offer.category',
      message: `Offers do not belong to ${category}.`,
    });
  components.forEach((other, index) => {
    if (other.type === 'FOOTER')
      problems.push({
        path: `components.${index}`,
        rule: 'limited_time_offer.footer',
        message: 'A template with an offer has no footer.',
      });
    if (other.type === 'BODY' && lengthOf(textAt(other, 'text') ?? '') > LONGEST_OFFER_BODY)
      problems.push({
        path: `components.${index}.text`,
        rule: 'limited_time_offer.body_too_long',
        message: `Beside an offer the body has ${LONGEST_OFFER_BODY} characters at most.`,
      });
  });
  return problems;
}
