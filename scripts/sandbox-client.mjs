// The two things the demonstration does at the Graph sandbox: a person's click in the login dialog, and a customer
// who writes. Everything else there happens by itself.
import { Problem } from './problem.mjs';

const attributesOf = (tag) =>
  Object.fromEntries(
    [...tag.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]),
  );
const decoded = (text) =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

/** Presses the dialog's first button, with what the form holds. */
function answerForm(html, pageUrl) {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0];
  if (form === undefined)
    throw new Problem(
      `The login dialog has no form: ${html
        .replace(/<[^>]*>/g, ' ')
        .trim()
        .slice(0, 200)}`,
    );
  const { action = '', method = 'get' } = attributesOf(/<form\b[^>]*>/i.exec(form)[0]);
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/gi)) {
    const { name, value = 'on', type = 'text' } = attributesOf(tag);
    const unchecked = ['checkbox', 'radio'].includes(type) && !/\schecked\b/.test(tag);
    if (name !== undefined && type !== 'submit' && !unchecked) fields.append(name, value);
  }
  const button = attributesOf(/<button\b[^>]*>|<input\b[^>]*type="submit"[^>]*>/i.exec(form)?.[0] ?? '');
  if (button.name !== undefined) fields.append(button.name, button.value ?? '');
  const target = new URL(action, pageUrl);
  if (method.toLowerCase() === 'post') return [target, { method: 'POST', body: fields }];
  for (const [name, value] of fields) target.searchParams.append(name, value);
  return [target, {}];
}

/** Goes through the OAuth dialog as a person would and answers what it hands to the redirect address. */
export async function signInAtDialog(dialogUrl, redirectUri) {
  let [url, init] = [new URL(dialogUrl), {}];
  for (let page = 0; page < 5; page += 1) {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, url);
      if (next.href.startsWith(redirectUri)) {
        const { code, state, error_description: reason, error } = Object.fromEntries(next.searchParams);
        if (code === undefined) throw new Problem(`The login dialog refused: ${reason ?? error}.`);
        return { code, state };
      }
      [url, init] = [next, {}];
    } else {
      const text = await response.text();
      if (!response.ok)
        throw new Problem(`The login dialog answered ${response.status}: ${text.slice(0, 300)}`);
      [url, init] = answerForm(text, url);
    }
  }
  throw new Problem('The login dialog goes round in circles.');
}

export function customerMessageRequest({ phoneNumberId, customer, body }) {
  return { phoneNumberId, from: customer, type: 'text', text: { body } };
}

/** Has a customer write to the business; answers Meta's id of the message. */
export async function playCustomerMessage({ url }, message) {
  const response = await fetch(new URL('/control/messages', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(customerMessageRequest(message)),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Problem(`The sandbox answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text).id;
}
