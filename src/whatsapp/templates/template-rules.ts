import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import {
  checkAuthenticationBody,
  checkAuthenticationParts,
  checkExpiration,
} from './template-authentication.rules';
import { checkButtons } from './template-buttons.rules';
import { checkCarousel, checkOffer } from './template-carousel.rules';
import { checkPolicy } from './template-policy.rules';
import { type BrokenRule, type TemplateFinding, findingOf } from './template-rule-catalogue';
import { TEMPLATE_CATEGORIES } from './template-status';
import { checkBody, checkFooter, checkHeader } from './template-text.rules';
import { lengthOf } from './template-variables';

/** May stand once; everything that Meta invents next to them is left to Meta. */
const SINGLE_TYPES = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER'];
const KNOWN_TYPES: readonly string[] = [...SINGLE_TYPES, 'CALL_PERMISSION_REQUEST'];
const LONGEST_NAME = 512;
/** Seconds, and -1 for 30 days. */
const TTL_SECONDS: Readonly<Record<string, readonly [number, number]>> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [43_200, 2_592_000],
};

/**
 * What the rules look at: a new template, one as it would be after an edit, or a draft of which parts are still missing.
 * Components are Meta's own, in any state of disorder.
 */
export interface LintedTemplate {
  name?: string | undefined;
  language?: string | undefined;
  category?: string | undefined;
  components: unknown;
  parameterFormat?: string | undefined;
  messageSendTtlSeconds?: number | undefined;
}

/** The same with its components in one notation. */
export interface NormalTemplate extends Omit<LintedTemplate, 'components'> {
  components: readonly TemplateComponent[];
}

/**
 * Everything that Meta would refuse, and what its reviewers are likely to refuse, so that a template that cannot pass
 * costs neither a call nor one of the few daily edits. Takes anything; throws nothing.
 */
export function lintTemplate(given: LintedTemplate): TemplateFinding[] {
  const template: NormalTemplate = {
    ...given,
    category: given.category?.toUpperCase(),
    parameterFormat: given.parameterFormat?.toUpperCase(),
    components: normalComponents(given.components),
  };
  return [
    ...checkNaming(template),
    ...checkComponents(template),
    ...checkTtl(template),
    ...checkPolicy(template),
  ]
    .map(findingOf)
    .sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

const WEIGHT = { error: 0, warning: 1, advice: 2 };

export function errorsOf(findings: readonly TemplateFinding[]): TemplateFinding[] {
  return findings.filter(({ severity }) => severity === 'error');
}

function checkNaming({ name, language, category, parameterFormat }: NormalTemplate): BrokenRule[] {
  const problems: BrokenRule[] = [];
  if (name !== undefined && !/^[a-z0-9_]+$/.test(name))
    problems.push({ path: 'name', rule: 'name.malformed', message: 'The name holds other characters.' });
  if (name !== undefined && lengthOf(name) > LONGEST_NAME)
    problems.push({
      path: 'name',
      rule: 'name.too_long',
      message: `The name has ${LONGEST_NAME} characters at most.`,
    });
  if (language !== undefined && !/^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/.test(language))
    problems.push({
      path: 'language',
      rule: 'language.malformed',
      message: 'This is no code of a language.',
    });
  if (category !== undefined && !TEMPLATE_CATEGORIES.some((known) => known === category))
    problems.push({
      path: 'category',
      rule: 'category.unknown',
      message: `Meta has no category ${category}.`,
    });
  if (parameterFormat !== undefined && parameterFormat !== 'NAMED' && parameterFormat !== 'POSITIONAL')
    problems.push({
      path: 'parameterFormat',
      rule: 'parameter_format.unknown',
      message: 'Variables are numbers or names.',
    });
  return problems;
}

function checkComponents(template: NormalTemplate): BrokenRule[] {
  const { components, category } = template;
  if (components.length === 0)
    return [{ path: 'components', rule: 'components.missing', message: 'There is nothing in the template.' }];
  const problems: BrokenRule[] = [];
  const types = components.map((component) => textAt(component, 'type') ?? '');
  for (const type of SINGLE_TYPES) {
    if (types.filter((other) => other === type).length > 1)
      problems.push({
        path: 'components',
        rule: 'components.duplicate',
        message: `Only one ${type} component is possible.`,
      });
  }
  if (category !== 'AUTHENTICATION' && !types.includes('BODY') && !types.includes('CAROUSEL'))
    problems.push({
      path: 'components',
      rule: 'body.missing',
      message: 'A template needs a BODY component.',
    });
  components.forEach((component, index) => {
    problems.push(...checkComponent(component, `components.${index}`, template));
  });
  if (category === 'AUTHENTICATION') problems.push(...checkAuthenticationParts(components));
  return problems;
}

function checkComponent(
  component: TemplateComponent,
  path: string,
  template: NormalTemplate,
  isInCard = false,
): BrokenRule[] {
  const isAuthentication = template.category === 'AUTHENTICATION' && !isInCard;
  switch (component.type) {
    case 'HEADER':
      return checkHeader(component, path, template);
    case 'BODY':
      return isAuthentication
        ? checkAuthenticationBody(component, path)
        : checkBody(component, path, template);
    case 'FOOTER':
      return [...checkFooter(component, path, isAuthentication), ...checkExpiration(component, path)];
    case 'BUTTONS':
      return checkButtons(component, path, template.category);
    case 'CAROUSEL':
      if (isInCard) return [];
      return checkCarousel(component, path, template.category, (part, place) =>
        checkComponent(part, place, template, true),
      );
    case 'LIMITED_TIME_OFFER':
      return checkOffer(component, path, template);
    default:
      if (isInCard || KNOWN_TYPES.includes(textAt(component, 'type') ?? '')) return [];
      return [
        {
          path: `${path}.type`,
          rule: 'components.type_unknown',
          message: `${textAt(component, 'type') ?? 'A missing type'} is no component that Meta documents.`,
        },
      ];
  }
}

function checkTtl({ category, messageSendTtlSeconds: ttl }: NormalTemplate): BrokenRule[] {
  const range = TTL_SECONDS[category ?? ''];
  if (ttl === undefined || ttl === -1 || range === undefined) return [];
  const [shortest, longest] = range;
  if (ttl >= shortest && ttl <= longest) return [];
  return [
    {
      path: 'messageSendTtlSeconds',
      rule: 'ttl.out_of_range',
      message: `For ${category ?? ''} it is ${shortest} to ${longest} seconds, or -1 for 30 days.`,
    },
  ];
}

/** Types and formats in upper case, as Meta takes them in any; what is no component has no type. */
function normalComponents(given: unknown): TemplateComponent[] {
  if (!Array.isArray(given)) return [];
  return given.map((item: unknown) => {
    if (!isRecord(item)) return {};
    const { buttons, cards } = item;
    return {
      ...withUpperCase(item, ['type', 'format']),
      ...(Array.isArray(buttons)
        ? {
            buttons: buttons.map((button: unknown) =>
              isRecord(button) ? withUpperCase(button, ['type', 'otp_type']) : {},
            ),
          }
        : {}),
      ...(Array.isArray(cards)
        ? {
            cards: cards.map((card: unknown) =>
              isRecord(card) ? { ...card, components: normalComponents(card.components) } : {},
            ),
          }
        : {}),
    };
  });
}

function withUpperCase(item: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  const result = { ...item };
  for (const key of keys) {
    const value = item[key];
    if (typeof value === 'string') result[key] = value.toUpperCase();
  }
  return result;
}
