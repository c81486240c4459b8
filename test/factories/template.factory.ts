import type { LintedTemplate } from '../../src/whatsapp/templates/template-rules';

type Part = Record<string, unknown>;

/** A template that breaks none of Meta's rules; a test changes what it is about. */
export function aDraft(changes: Partial<LintedTemplate> = {}): LintedTemplate {
  return {
    name: 'order_confirmation',
    language: 'en_US',
    category: 'UTILITY',
    components: [aBody('Thank you, your order is on its way to you.')],
    ...changes,
  };
}

/** With one example for each positional variable, in the order given. */
export function aBody(text: string, ...examples: string[]): Part {
  return { type: 'BODY', text, ...(examples.length === 0 ? {} : { example: { body_text: [examples] } }) };
}

export function draftWith(...components: unknown[]): LintedTemplate {
  return aDraft({ components });
}

/** A good body with these buttons below. */
export function draftWithButtons(...buttons: unknown[]): LintedTemplate {
  return draftWith(aBody('Thank you, your order is on its way to you.'), { type: 'BUTTONS', buttons });
}

export function aReply(text = 'Thanks'): Part {
  return { type: 'QUICK_REPLY', text };
}

export function aLink(changes: Part = {}): Part {
  return { type: 'URL', text: 'Open', url: 'https://shop.example/orders', ...changes };
}

/** An AUTHENTICATION template with this button. */
export function aLogin(button: Part = {}, more: unknown[] = []): LintedTemplate {
  const buttons = [{ type: 'OTP', otp_type: 'COPY_CODE', ...button }];
  return aDraft({
    category: 'AUTHENTICATION',
    components: [{ type: 'BODY', add_security_recommendation: true }, { type: 'BUTTONS', buttons }, ...more],
  });
}

export const AN_APP = { package_name: 'com.example.shop', signature_hash: 'K8a/AINcGX7' };

/** A MARKETING template that says how to stop it. */
export function anOffer(...components: unknown[]): LintedTemplate {
  return aDraft({
    category: 'MARKETING',
    components: [aBody('Our spring collection has arrived. Reply STOP to hear no more.'), ...components],
  });
}

export function aCard(...changes: Part[]): Part {
  const parts: Part[] = [
    { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::a'] } },
    { type: 'BODY', text: 'A rare succulent.' },
    { type: 'BUTTONS', buttons: [aReply('Show me')] },
  ];
  return {
    components: parts.map((part) => changes.find(({ type }) => type === part.type) ?? part),
  };
}

export function aCarousel(...cards: Part[]): Part {
  return { type: 'CAROUSEL', cards };
}
