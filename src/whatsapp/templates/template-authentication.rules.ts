import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import type { BrokenRule } from './template-rule-catalogue';

const OTP_TYPES: readonly string[] = ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'];
const MOST_APPS = 5;
const EXPIRATION_MINUTES = { least: 1, most: 90 };

/** Meta's rules for the BODY of an AUTHENTICATION template. @param path of the component */
export function checkAuthenticationBody(component: TemplateComponent, path: string): BrokenRule[] {
  if (component.text === undefined) return [];
  return [
    {
      path: `${path}.text`,
      rule: 'authentication.body_text',
      message: 'The body of an AUTHENTICATION template is written by Meta: leave the text out.',
    },
  ];
}

/** What an AUTHENTICATION template may consist of. */
export function checkAuthenticationParts(components: readonly TemplateComponent[]): BrokenRule[] {
  const problems: BrokenRule[] = [];
  const header = components.findIndex(({ type }) => type === 'HEADER');
  if (header >= 0)
    problems.push({
      path: `components.${header}`,
      rule: 'authentication.header',
      message: 'An AUTHENTICATION template has no header.',
    });
  const row = components.findIndex(({ type }) => type === 'BUTTONS');
  const given: unknown = components[row]?.buttons;
  const buttons = Array.isArray(given) ? given.filter(isRecord) : [];
  if (row >= 0 && buttons.length > 1) {
    problems.push({
      path: `components.${row}.buttons`,
      rule: 'authentication.buttons',
      message: 'An AUTHENTICATION template has one button.',
    });
  }
  // Lists of Meta show the OTP button as the URL button that it becomes.
  const isThere = buttons.some((button) =>
    ['OTP', 'URL', 'COPY_CODE'].includes(textAt(button, 'type') ?? ''),
  );
  if (!isThere) {
    problems.push({
      path: row < 0 ? 'components' : `components.${row}.buttons`,
      rule: 'authentication.button_missing',
      message: 'An AUTHENTICATION template needs a BUTTONS component with an OTP button.',
    });
  }
  return problems;
}

/** Meta's rule for `code_expiration_minutes` of a footer. */
export function checkExpiration(component: TemplateComponent, path: string): BrokenRule[] {
  const minutes = component.code_expiration_minutes;
  if (minutes === undefined || minutes === null) return [];
  const isFit =
    Number.isInteger(minutes) &&
    Number(minutes) >= EXPIRATION_MINUTES.least &&
    Number(minutes) <= EXPIRATION_MINUTES.most;
  if (isFit) return [];
  return [
    {
      path: `${path}.code_expiration_minutes`,
      rule: 'authentication.expiration',
      message: `A code is valid for ${EXPIRATION_MINUTES.least} to ${EXPIRATION_MINUTES.most} minutes.`,
    },
  ];
}

/** Meta's rules for an OTP button: how the code gets into the app. @param path of the button */
export function checkOtpButton(button: Record<string, unknown>, path: string): BrokenRule[] {
  const kind = textAt(button, 'otp_type')?.toUpperCase();
  if (kind === undefined) {
    const message = 'Say how the code gets into the app: COPY_CODE, ONE_TAP or ZERO_TAP.';
    return [{ path: `${path}.otp_type`, rule: 'authentication.otp_type_missing', message }];
  }
  if (!OTP_TYPES.includes(kind)) {
    const message = `${kind} is no way for a code to get into an app.`;
    return [{ path: `${path}.otp_type`, rule: 'authentication.otp_type_unknown', message }];
  }
  if (kind === 'COPY_CODE') return [];
  const problems = checkApps(button, kind, path);
  if (kind === 'ZERO_TAP' && button.zero_tap_terms_accepted !== true) {
    problems.push({
      path: `${path}.zero_tap_terms_accepted`,
      rule: 'authentication.zero_tap_terms',
      message: 'ZERO_TAP needs the terms of WhatsApp to be accepted.',
    });
  }
  return problems;
}

function checkApps(button: Record<string, unknown>, kind: string, path: string): BrokenRule[] {
  const list = Array.isArray(button.supported_apps) ? button.supported_apps.filter(isRecord) : [];
  // The form from before several apps were possible.
  const apps = list.length === 0 && textAt(button, 'package_name') !== undefined ? [button] : list;
  const at = `${path}.supported_apps`;
  if (apps.length === 0) {
    const message = `${kind} needs the app that takes the code.`;
    return [{ path: at, rule: 'authentication.apps_missing', message }];
  }
  const problems: BrokenRule[] = [];
  if (apps.length > MOST_APPS)
    problems.push({
      path: at,
      rule: 'authentication.apps_too_many',
      message: `There are ${apps.length} apps; ${MOST_APPS} are possible.`,
    });
  apps.forEach((app, index) => {
    const isNamed = /^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(textAt(app, 'package_name') ?? '');
    const isSigned = /^[A-Za-z0-9+/=]{11}$/.test(textAt(app, 'signature_hash') ?? '');
    if (!isNamed || !isSigned)
      problems.push({
        path: `${at}.${index}`,
        rule: 'authentication.app_malformed',
        message: 'The package name or the signature hash of the app is missing or malformed.',
      });
  });
  return problems;
}
