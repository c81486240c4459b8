import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import { checkButtons } from './template-buttons.rules';
import type { TemplateProblem } from './template-invalid.error';
import { checkAuthenticationBody, checkBody, checkFooter, checkHeader } from './template-text.rules';
import { lengthOf } from './template-variables';

const LONGEST_OFFER = 16;
const CARDS = { fewest: 2, most: 10 };
/** May stand once; everything that Meta invents next to them is left to Meta. */
const SINGLE_TYPES = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER'];
/** Seconds, and -1 for 30 days. */
const TTL_SECONDS: Readonly<Record<string, readonly [number, number]>> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [43_200, 2_592_000],
};

/** What the rules look at, of a new template or of one as it would be after an edit. */
export interface CheckedTemplate {
  category: string;
  components: readonly TemplateComponent[];
  parameterFormat?: string;
  messageSendTtlSeconds?: number;
}

/**
 * The rules of Meta's review that a machine can check for certain, so that a template that cannot pass costs neither a
 * call nor one of the few daily edits. What is a matter of judgement is left to Meta.
 * Source: WhatsApp documentation, "Template components" and "Template review".
 */
export function checkTemplate(template: CheckedTemplate): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const types = template.components.map((component) => textAt(component, 'type') ?? '');
  for (const type of SINGLE_TYPES) {
    if (types.filter((other) => other === type).length > 1)
      problems.push({
        path: 'components',
        rule: 'components.duplicate',
        message: `Only one ${type} component is possible.`,
      });
  }
  if (!types.includes('BODY') && !types.includes('CAROUSEL'))
    problems.push({
      path: 'components',
      rule: 'body.missing',
      message: 'A template needs a BODY component.',
    });
  const isAuthentication = template.category === 'AUTHENTICATION';
  template.components.forEach((component, index) => {
    problems.push(...checkComponent(component, `components.${index}`, template, isAuthentication));
  });
  if (isAuthentication && !types.includes('BUTTONS')) {
    problems.push({
      path: 'components',
      rule: 'authentication.button_missing',
      message: 'An AUTHENTICATION template needs a BUTTONS component with an OTP button.',
    });
  }
  return [...problems, ...checkTtl(template)];
}

function checkComponent(
  component: TemplateComponent,
  path: string,
  template: CheckedTemplate,
  isAuthentication: boolean,
): TemplateProblem[] {
  switch (component.type) {
    case 'HEADER':
      return checkHeader(component, path, template);
    case 'BODY':
      return isAuthentication
        ? checkAuthenticationBody(component, path)
        : checkBody(component, path, template);
    case 'FOOTER':
      return checkFooter(component, path, isAuthentication);
    case 'BUTTONS':
      return checkButtons(component, path);
    case 'CAROUSEL':
      return checkCarousel(component, path, template);
    case 'LIMITED_TIME_OFFER':
      return checkOffer(component, path);
    default:
      return [];
  }
}

function checkCarousel(
  component: TemplateComponent,
  path: string,
  template: CheckedTemplate,
): TemplateProblem[] {
  const cards = Array.isArray(component.cards) ? component.cards.filter(isRecord) : [];
  if (cards.length < CARDS.fewest || cards.length > CARDS.most) {
    return [
      {
        path: `${path}.cards`,
        rule: 'carousel.cards',
        message: `A carousel has ${CARDS.fewest} to ${CARDS.most} cards.`,
      },
    ];
  }
  const shapes = cards.map((card) =>
    componentsOf(card)
      .map((part) => `${textAt(part, 'type')}:${textAt(part, 'format')}`)
      .join(),
  );
  const problems: TemplateProblem[] = [];
  if (new Set(shapes).size > 1) {
    problems.push({
      path: `${path}.cards`,
      rule: 'carousel.cards_differ',
      message: 'All cards need the same components in the same order.',
    });
  }
  cards.forEach((card, cardIndex) => {
    componentsOf(card).forEach((part, index) => {
      problems.push(
        ...checkComponent(part, `${path}.cards.${cardIndex}.components.${index}`, template, false),
      );
    });
  });
  return problems;
}

function checkOffer(component: TemplateComponent, path: string): TemplateProblem[] {
  const text = textAt(component.limited_time_offer, 'text') ?? '';
  if (lengthOf(text) <= LONGEST_OFFER) return [];
  return [
    {
      path: `${path}.limited_time_offer.text`,
      rule: 'limited_time_offer.too_long',
      message: `The text of the offer has ${LONGEST_OFFER} characters at most.`,
    },
  ];
}

function checkTtl({ category, messageSendTtlSeconds: ttl }: CheckedTemplate): TemplateProblem[] {
  const range = TTL_SECONDS[category];
  if (ttl === undefined || ttl === -1 || range === undefined) return [];
  const [shortest, longest] = range;
  if (ttl >= shortest && ttl <= longest) return [];
  return [
    {
      path: 'messageSendTtlSeconds',
      rule: 'ttl.out_of_range',
      message: `For ${category} it is ${shortest} to ${longest} seconds, or -1 for 30 days.`,
    },
  ];
}

function componentsOf(card: Record<string, unknown>): TemplateComponent[] {
  return Array.isArray(card.components) ? card.components.filter(isRecord) : [];
}
