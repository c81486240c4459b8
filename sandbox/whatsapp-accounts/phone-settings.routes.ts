import { requireScope } from '../graph/access';
import { tellUsername } from './account-events';
import { readCallingSettings } from '../features/call-settings';
import type { SandboxContext } from '../context';
import { startNameReview } from './display-names';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { flagOf, isList, isObject, textOf, type JsonObject } from '../json';
import { settingsOf } from './number-settings';
import { setPin } from './phone-registration.routes';
import { accountEvent } from '../webhooks/webhook-hub';
import { readOverride } from './whatsapp-accounts.routes';
import type { PhoneRecord } from '../world';

const LONGEST_USERNAME = 35;
const PROMPTS = 4;
const COMMANDS = 30;

export function registerPhoneSettings(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'settings', (phone, request) => changeSettings(context, phone, request));
  router.on('POST', 'phone', 'conversational_automation', (phone, { params }) =>
    changeAutomation(phone, params),
  );
  router.on('GET', 'phone', 'username', (phone) =>
    phone.username === null ? {} : { username: phone.username, status: phone.usernameStatus },
  );
  router.on('POST', 'phone', 'username', (phone, { params }) => takeUsername(context, phone, params));
  router.on('DELETE', 'phone', 'username', (phone) => {
    const { username } = phone;
    if (username === null) throw invalidParameter('The phone number has no username.');
    phone.username = null;
    tellUsername(context, phone, username, 'deleted');
    return { success: true };
  });
  router.on('POST', 'phone', '', (phone, request) => updatePhone(context, phone, request));
}

function changeSettings(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireScope(token, 'whatsapp_business_management', phone.wabaId);
  const { access_token: _token, appsecret_proof: _proof, calling, ...given } = params;
  if (calling !== undefined) {
    if (!isObject(calling)) throw invalidParameter('Param calling must be an object.');
    const present = settingsOf(phone).calling;
    phone.settings.calling = readCallingSettings(context, phone, isObject(present) ? present : {}, calling);
    context.webhooks.emitChange(
      accountEvent(context.clock, context.world.wabaOfPhone(phone), 'account_settings_update', {
        messaging_product: 'whatsapp',
        timestamp: String(context.clock.seconds()),
        type: 'phone_number_settings',
        phone_number_settings: { phone_number_id: phone.id, calling: phone.settings.calling },
      }),
    );
  }
  Object.assign(phone.settings, given);
  return { success: true };
}

function changeAutomation(phone: PhoneRecord, params: JsonObject): JsonObject {
  const { enable_welcome_message, prompts, commands } = params;
  if (isList(prompts) && (prompts.length > PROMPTS || prompts.some((prompt) => lengthOf(prompt) > 80))) {
    throw invalidParameter(`Param prompts must have at most ${PROMPTS} elements of at most 80 characters.`);
  }
  if (isList(commands)) {
    if (commands.length > COMMANDS)
      throw invalidParameter(`Param commands must have at most ${COMMANDS} elements.`);
    for (const command of commands) checkCommand(command);
  }
  const welcome = flagOf(enable_welcome_message);
  phone.conversationalAutomation = {
    ...phone.conversationalAutomation,
    ...(welcome !== undefined && { enable_welcome_message: welcome }),
    ...(prompts !== undefined && { prompts }),
    ...(commands !== undefined && { commands }),
  };
  return { success: true };
}

function checkCommand(command: unknown): void {
  const name = isObject(command) ? textOf(command.command_name) : undefined;
  const text = isObject(command) ? textOf(command.command_description) : undefined;
  if (name === undefined || name === '' || name.length > 32) {
    throw invalidParameter("Param commands['command_name'] must be 1 to 32 characters long.");
  }
  if (text === undefined || text === '' || text.length > 256) {
    throw invalidParameter("Param commands['command_description'] must be 1 to 256 characters long.");
  }
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : Infinity;
}

/** The rules for names are Meta's help pages'; the code for a name that is taken is not documented. */
function takeUsername(context: SandboxContext, phone: PhoneRecord, params: JsonObject): JsonObject {
  const username = textOf(params.username)?.replace(/^@/, '');
  if (username === undefined) throw missingParameter('username');
  const isShaped = /^[a-z0-9._]{3,}$/i.test(username) && /[a-z]/i.test(username);
  if (!isShaped || username.length > LONGEST_USERNAME || /^www\.|^\.|\.$|\.\./i.test(username)) {
    throw invalidParameter(
      `Param username must be 3 to ${LONGEST_USERNAME} letters, digits, dots and underscores.`,
    );
  }
  const wanted = username.toLowerCase();
  const isTaken = context.world
    .all('phone')
    .some((other) => other.id !== phone.id && other.username?.toLowerCase() === wanted);
  if (isTaken) throw invalidParameter('The username is not available.');
  phone.username = username;
  phone.usernameStatus = phone.nameStatus === 'APPROVED' ? 'approved' : 'reserved';
  tellUsername(context, phone, username, phone.usernameStatus);
  return { status: phone.usernameStatus };
}

async function updatePhone(
  context: SandboxContext,
  phone: PhoneRecord,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  requireScope(request.token, 'whatsapp_business_management', phone.wabaId);
  const pin = textOf(request.params.pin);
  const name = textOf(request.params.new_display_name);
  const { webhook_configuration: configuration } = request.params;
  if (isObject(configuration)) {
    const merged = { ...request, params: { ...request.params, verify_token: configuration.verify_token } };
    phone.webhookOverride = await readOverride(context, merged, textOf(configuration.override_callback_uri));
  }
  if (name !== undefined) startNameReview(context, phone, name);
  if (pin !== undefined) setPin(context, phone, pin);
  return { success: true };
}
