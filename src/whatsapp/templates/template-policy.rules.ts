import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import type { BrokenRule } from './template-rule-catalogue';
import { strangeScript } from './template-script';
import { isPositional, placeholdersOf, withoutPlaceholders } from './template-variables';

const SHORTENERS =
  /(?:^|[\s/.@(])(?:bit\.ly|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|rb\.gy|shorturl\.at|tiny\.cc|lnkd\.in|s\.id)(?=[/\s?#)]|$)/i;
const WA_ME = /(?:^|[\s/(])(?:wa\.me|api\.whatsapp\.com\/send|chat\.whatsapp\.com)(?=[/\s?#)]|$)/i;
/** Addresses that only the writer can open, or that hide whose they are. */
const STRANGE_HOST = /^https?:\/\/(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?=[:/?#]|$)/i;
const PROMOTION =
  /\b(?:discounts?|coupons?|promo(?:tion(?:s|al)?)?|cashback|vouchers?|clearance|special offers?|best deals?|(?:shop|buy|order) now|limited[ -]time|flash sale|on sale|save \d{1,5}|free gift|giveaway|descuentos?|ofertas?|promoci[oó]n(?:es)?|compra ahora|desconto|promo[cç][aã]o|cupom|compre agora|rabatt|gutschein)\b|\d\s?%\s?(?:off|de descuento|de desconto|rabatt|remise)\b|(?:خصم|تخفيضات|عرض خاص|تسوق الآن|छूट|ऑफर)/iu;
const OPT_OUT =
  /\b(?:stop|unsubscribe|opt[ -]?out|not interested|cancel|baja|cancelar|desuscribir|parar|sair|abmelden|stopp|désinscrire)\b|(?:إيقاف|إلغاء|रोकें|бот|стоп|отпис)/iu;
const SENSITIVE =
  /\b(?:card number|credit card (?:number|details)|cvv|social security|national id(?:entity)? number|passport number|bank account number|your (?:password|pin))\b/i;
const PLACEHOLDER_TEXT = /\blorem ipsum\b|\[(?:your|insert|company|name)\b|\bxxxx+\b/i;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}/;
const PHONE_NUMBER = /(?:^|[\s(])\+\d[\d ()-]{7,18}\d(?=[\s.,)]|$)/;
const MOST_EMOJIS = 10;
const FEWEST_CAPITALS = 20;

/** A text of the template that people read. */
interface PlacedText {
  path: string;
  part: 'header' | 'body' | 'footer' | 'button';
  text: string;
}

interface PolicyView {
  language?: string | undefined;
  category?: string | undefined;
  components: readonly TemplateComponent[];
}

/** What Meta's reviewers often object to, or what costs more than it should. Never an error: people decide that. */
export function checkPolicy({ language, category, components }: PolicyView): BrokenRule[] {
  const texts = textsOf(components, 'components');
  const bodies = texts.filter(({ part }) => part === 'body' || part === 'header');
  return [
    ...texts.flatMap(checkContents),
    ...urlsOf(components, 'components').flatMap(checkAddress),
    ...bodies.flatMap(checkShape),
    ...(category === 'UTILITY' ? texts.flatMap(checkPromotion) : []),
    ...(category === 'MARKETING' ? checkOptOut(texts) : []),
    ...(language === undefined ? [] : checkLanguage(texts, language)),
  ];
}

function checkContents({ path, text, part }: PlacedText): BrokenRule[] {
  const problems: BrokenRule[] = [];
  const add = (rule: BrokenRule['rule'], message: string): void => {
    problems.push({ path, rule, message });
  };
  if (SHORTENERS.test(text)) add('policy.url_shortener', 'Shortened links hide where they lead.');
  if (WA_ME.test(text)) add('policy.wa_me_link', 'Links into WhatsApp are refused in templates.');
  if (SENSITIVE.test(text))
    add('policy.sensitive_data', 'The text seems to ask for secret or personal numbers.');
  if (PLACEHOLDER_TEXT.test(text)) add('policy.placeholder_text', 'The text seems not to be finished.');
  if (part === 'body' && (EMAIL.test(text) || PHONE_NUMBER.test(withoutPlaceholders(text))))
    add('policy.contact_in_text', 'An e-mail address or a telephone number stands in the text.');
  return problems;
}

function checkAddress({ path, text }: { path: string; text: string }): BrokenRule[] {
  const problems: BrokenRule[] = [];
  if (SHORTENERS.test(text))
    problems.push({ path, rule: 'policy.url_shortener', message: 'Shortened links hide where they lead.' });
  if (WA_ME.test(text))
    problems.push({
      path,
      rule: 'policy.wa_me_link',
      message: 'Links into WhatsApp are refused in templates.',
    });
  if (STRANGE_HOST.test(text))
    problems.push({
      path,
      rule: 'policy.url_host',
      message: 'The address is a number, or of the own machine.',
    });
  return problems;
}

function checkShape({ path, text, part }: PlacedText): BrokenRule[] {
  const problems: BrokenRule[] = [];
  const plain = withoutPlaceholders(text);
  const letters = plain.match(/\p{Lu}|\p{Ll}/gu)?.length ?? 0;
  const capitals = plain.match(/\p{Lu}/gu)?.length ?? 0;
  if (capitals >= FEWEST_CAPITALS && capitals / letters > 0.6)
    problems.push({ path, rule: 'policy.capitals', message: 'Most of the text is in capitals.' });
  const emojis = text.match(/\p{Extended_Pictographic}/gu)?.length ?? 0;
  if (emojis > MOST_EMOJIS)
    problems.push({ path, rule: 'policy.emojis', message: `There are ${emojis} emojis.` });
  const { names } = placeholdersOf(text);
  const words = plain.match(/\p{L}+/gu)?.length ?? 0;
  if (part === 'body' && names.length >= 3 && names.every(isPositional) && words < 4 * names.length)
    problems.push({
      path,
      rule: 'policy.variables_unexplained',
      message: `Reviewers cannot tell what the ${names.length} variables stand for.`,
    });
  return problems;
}

function checkPromotion({ path, text }: PlacedText): BrokenRule[] {
  const found = PROMOTION.exec(text)?.[0];
  if (found === undefined) return [];
  return [
    {
      path,
      rule: 'policy.promotional_words',
      message: `"${found.trim()}" sounds like promotion: Meta moves such a UTILITY template to MARKETING, at its price.`,
    },
  ];
}

function checkOptOut(texts: readonly PlacedText[]): BrokenRule[] {
  if (texts.length === 0 || texts.some(({ text }) => OPT_OUT.test(text))) return [];
  return [
    {
      path: 'components',
      rule: 'policy.opt_out_missing',
      message: 'People are not told how to get no more of these messages; many then block the sender.',
    },
  ];
}

function checkLanguage(texts: readonly PlacedText[], language: string): BrokenRule[] {
  const read = texts.filter(({ part }) => part !== 'button');
  const script = strangeScript(read.map(({ text }) => withoutPlaceholders(text)).join(' '), language);
  const [first] = read;
  if (script === null || first === undefined) return [];
  return [
    {
      path: read.find(({ part }) => part === 'body')?.path ?? first.path,
      rule: 'policy.language_mismatch',
      message: `The template is announced as ${language}, and most of it is in ${script} letters.`,
    },
  ];
}

const PARTS: Readonly<Record<string, PlacedText['part']>> = {
  HEADER: 'header',
  BODY: 'body',
  FOOTER: 'footer',
};

function textsOf(components: readonly TemplateComponent[], path: string): PlacedText[] {
  return components.flatMap((component, index) => {
    const at = `${path}.${index}`;
    const text = textAt(component, 'text');
    const part = PARTS[textAt(component, 'type') ?? ''];
    return [
      ...(text === undefined || part === undefined ? [] : [{ path: `${at}.text`, part, text }]),
      ...listAt(component, 'buttons').flatMap((button, place): PlacedText[] => {
        const label = textAt(button, 'text');
        return label === undefined
          ? []
          : [{ path: `${at}.buttons.${place}.text`, part: 'button', text: label }];
      }),
      ...listAt(component, 'cards').flatMap((card, place) =>
        textsOf(listAt(card, 'components'), `${at}.cards.${place}.components`),
      ),
    ];
  });
}

function urlsOf(components: readonly TemplateComponent[], path: string): { path: string; text: string }[] {
  return components.flatMap((component, index) => {
    const at = `${path}.${index}`;
    return [
      ...listAt(component, 'buttons').flatMap((button, place) => {
        const url = textAt(button, 'url');
        return url === undefined ? [] : [{ path: `${at}.buttons.${place}.url`, text: url }];
      }),
      ...listAt(component, 'cards').flatMap((card, place) =>
        urlsOf(listAt(card, 'components'), `${at}.cards.${place}.components`),
      ),
    ];
  });
}

function listAt(value: unknown, key: string): Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
