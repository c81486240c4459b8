// The two things the demonstration does at the Graph sandbox: a person's click in the login dialog, and a customer
// who writes. Everything else there happens by itself.
import { Problem } from './problem.mjs';

const entities = { quot: '"', lt: '<', gt: '>', amp: '&' };
const decoded = (text) =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) =>
    code === undefined ? (entities[name] ?? all) : String.fromCodePoint(Number(code)),
  );
const attributesOf = (tag) =>
  Object.fromEntries(
    [...tag.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]),
  );

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
  target.search = fields.toString(); // as a browser does: what stood there before goes
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

/** What the sandbox's control API takes to have a customer write to the business. */
export function customerMessage({ phoneNumberId, customer, body }) {
  return {
    path: '/__control/play-message',
    input: { phoneNumberId, from: customer, type: 'text', content: { body } },
  };
}

/** Has a customer write to the business; answers Meta's id of the message. */
export async function playCustomerMessage({ url }, message) {
  const { path, input } = customerMessage(message);
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Problem(`The sandbox answered ${response.status}: ${text.slice(0, 300)}`);
  const { messageId, told } = JSON.parse(text);
  if (told === 0)
    throw new Problem('The sandbox has nobody to tell of the message: no webhook is subscribed.');
  return messageId;
}
