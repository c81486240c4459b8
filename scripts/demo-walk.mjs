// The product's main job, once through, over its public HTTP API only; Meta's part is played by the Graph sandbox.
import { ApiProblem, apiClient, eventually } from './http-json.mjs';
import { step } from './progress.mjs';
import { Problem } from './problem.mjs';
import { playCustomerMessage, signInAtDialog } from './sandbox-client.mjs';

const climb = ['queued', 'accepted', 'sent', 'delivered', 'read'];
const customer = { phone: '+491701234567', name: 'Erika Mustermann' };

async function signIn(api, login) {
  const credentials = { email: login.email, password: login.password };
  const attempt = () => api.post('/api/auth/login', credentials);
  try {
    const session = await attempt();
    api.authorize(session.accessToken);
    return 'signed in again';
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
  }
  try {
    await api.post('/api/auth/register', { ...credentials, name: login.name });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 403) throw error;
    throw new Problem(
      `This database has users already, and ${login.email} with the password in .local/quickstart.json is not one of ` +
        'them. The service itself is fine; the demonstration needs a database of its own: unset DATABASE_URL, or name ' +
        'an empty one.',
    );
  }
  const session = await attempt();
  api.authorize(session.accessToken);
  return `registered ${login.email}`;
}

async function connectAccount(api, redirectUri) {
  const { url } = await api.get(`/api/meta/auth/url?${new URLSearchParams({ redirectUri })}`);
  const { code, state } = await signInAtDialog(url, redirectUri);
  return api.post('/api/meta/auth/connect', { code, state, redirectUri });
}

function template() {
  return {
    // A name of its own each time: Meta refuses one that exists.
    name: `order_update_${Date.now().toString(36)}`,
    language: 'en_US',
    category: 'UTILITY',
    components: [
      {
        type: 'BODY',
        text: 'Hello {{1}}, your order {{2}} is on its way.',
        example: { body_text: [['Erika', '4711']] },
      },
    ],
  };
}

async function waitForApproval(api, { id, name }) {
  return eventually(async () => {
    const { status, rejectedReason } = await api.get(`/api/meta/whatsapp/templates/${id}`);
    if (status === 'REJECTED')
      throw new Problem(`The template ${name} was rejected: ${rejectedReason ?? 'no reason given'}.`);
    return status === 'APPROVED' ? status : undefined;
  }, `the approval of the template ${name}`);
}

async function findInInbox(api, { externalId, body }) {
  return eventually(async () => {
    const { conversations } = await api.get('/api/meta/conversations?platform=whatsapp');
    for (const conversation of conversations) {
      const { messages } = await api.get(`/api/meta/conversations/${conversation.id}/messages`);
      const message = messages.find((each) =>
        externalId === undefined ? JSON.stringify(each).includes(body) : each.externalId === externalId,
      );
      if (message !== undefined) return { conversation, message };
    }
    return undefined;
  }, "the customer's message in the inbox");
}

async function waitUntilRead(api, id) {
  return eventually(async () => {
    const { status, statuses = [] } = await api.get(`/api/meta/whatsapp/messages/${id}`);
    if (status === 'failed') throw new Problem(`The reply failed: ${JSON.stringify(statuses.at(-1)?.error)}`);
    if (status !== 'read') return undefined;
    const seen = new Set(statuses.map((each) => each.status));
    return climb.filter((each) => seen.has(each)); // Meta's times are whole seconds, so they do not give the order
  }, 'the reply to be read');
}

/** Walks through it; every step prints a line. Answers what the closing screen shows. */
export async function walk({ baseUrl, sandbox, redirectUri, login, verifyToken }) {
  const api = apiClient(baseUrl);
  await step(
    'The first user',
    () => signIn(api, login),
    (note) => note,
  );
  await step(
    "A Meta account is connected, through the sandbox's login dialog",
    () => connectAccount(api, redirectUri),
    ({ permissions }) => `${permissions.length} permissions`,
  );
  const account = await step(
    'Its WhatsApp number is found',
    () => api.get('/api/meta/whatsapp/account'),
    ({ displayName, phoneNumber }) => `${displayName}, ${phoneNumber}`,
  );
  await step(
    'Webhooks are configured',
    () =>
      api.post('/api/meta/webhook/configure', {
        verifyToken,
        fields: { messages: true, message_deliveries: true, message_template_status_update: true },
      }),
    ({ status }) => status,
  );
  const draft = template();
  const created = await step(
    'A message template is submitted',
    () => api.post('/api/meta/whatsapp/templates', draft),
    ({ status }) => `${draft.name}, ${status}`,
  );
  await step(
    'Its approval arrives by webhook',
    () => waitForApproval(api, created),
    (status) => status,
  );
  const body = `Where is my order? (${new Date().toISOString().slice(11, 19)})`;
  const { message } = await step(
    "A customer's message arrives by signed webhook",
    async () => {
      const externalId = await playCustomerMessage(sandbox, {
        phoneNumberId: account.phoneNumberId,
        customer,
        body,
      });
      return findInInbox(api, { externalId, body });
    },
    () => `“${body}”`,
  );
  const reply = await step(
    'A reply is sent through the queue',
    () =>
      api.post('/api/meta/whatsapp/messages', {
        to: customer.phone,
        type: 'text',
        text: { body: 'It left our warehouse this morning.' },
        ...(message.externalId === undefined ? {} : { context: { message_id: message.externalId } }),
      }),
    ({ status }) => status,
  );
  await step(
    'Its statuses come back',
    () => waitUntilRead(api, reply.id),
    (statuses) => statuses.join(' → '),
  );
  return { phoneNumberId: account.phoneNumberId, customer };
}
