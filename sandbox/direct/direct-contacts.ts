import { addressed, type DirectAddress } from './direct-events';
import type { DirectPersonReference } from './direct-inbox';
import { INBOX_APPS } from './thread-control.routes';
import { tellDirect, tellHandover } from './direct-webhooks';
import type { SandboxContext } from '../context';
import type { JsonObject } from '../json';

type Person = DirectAddress & { from: string | DirectPersonReference };

/** The person follows a link, an ad or a shop to the conversation, without writing yet. */
export function playDirectReferral(
  context: SandboxContext,
  input: Person & { ref?: string; source?: string; more?: JsonObject; silent?: boolean },
): { userId: string; told: number } {
  const { direct, clock } = context;
  const owner = addressed(context, input);
  const user = direct.person(owner, input.from);
  direct.openWindowAt(direct.conversation(owner, user), clock.now());
  if (input.silent === true) return { userId: user.id, told: 0 };
  const { ref = 'campaign', source = 'SHORTLINK', more } = input;
  const referral = { ref, source, type: 'OPEN_THREAD', ...more };
  return {
    userId: user.id,
    told: tellDirect(context, owner, { event: 'referral', userId: user.id, content: { referral } }),
  };
}

/**
 * The person agrees to messages: by a plugin (`ref`), by a checkbox (`userRef`, which stands for the person), or to
 * messages on a subject (`notificationToken`).
 */
export function playDirectOptIn(
  context: SandboxContext,
  input: Person & {
    ref?: string;
    userRef?: string;
    notificationToken?: string;
    title?: string;
    silent?: boolean;
  },
): { userId: string; told: number } {
  const { direct, clock } = context;
  const owner = addressed(context, input);
  const user = direct.person(owner, input.from);
  const { ref, userRef, notificationToken: token, title } = input;
  const ids = { ownerId: owner.id, userId: user.id };
  if (userRef !== undefined) direct.optIns.set(userRef, { ...ids, kind: 'user_ref' });
  else if (token !== undefined) direct.optIns.set(token, { ...ids, kind: 'token' });
  else direct.openWindowAt(direct.conversation(owner, user), clock.now());
  if (input.silent === true) return { userId: user.id, told: 0 };
  const optin: JsonObject = {
    ...(ref !== undefined && { ref }),
    ...(userRef !== undefined && { user_ref: userRef }),
    ...(token !== undefined && {
      type: 'notification_messages',
      notification_messages_token: token,
      notification_messages_status: 'RESUME_NOTIFICATIONS',
      ...(title !== undefined && { title }),
    }),
  };
  const told = tellDirect(context, owner, {
    event: 'optin',
    userId: user.id,
    content: { optin },
    withoutSender: userRef !== undefined,
  });
  return { userId: user.id, told };
}

/** Another app, or a human in Meta's inbox, takes the thread; `null` gives it back to everybody. */
export function setThreadOwner(
  context: SandboxContext,
  input: Person & { appId: string | null; metadata?: string; silent?: boolean },
): number {
  const { direct } = context;
  const owner = addressed(context, input);
  const user = direct.person(owner, input.from);
  const conversation = direct.conversation(owner, user);
  const before = conversation.ownerAppId;
  const after = input.appId === 'inbox' ? INBOX_APPS[owner.platform] : input.appId;
  conversation.ownerAppId = after;
  if (input.silent === true || after === null || after === before) return 0;
  const metadata = input.metadata ?? null;
  if (context.world.findKind('app', after)) {
    return tellHandover(context, owner, user.id, after, {
      pass_thread_control: {
        ...(before !== null && { previous_owner_app_id: before }),
        new_owner_app_id: after,
        metadata,
      },
    });
  }
  const losing = before === null ? context.world.all('app').map(({ id }) => id) : [before];
  return losing.reduce(
    (told, appId) =>
      told +
      tellHandover(context, owner, user.id, appId, {
        take_thread_control: { previous_owner_app_id: appId, new_owner_app_id: after, metadata },
      }),
    0,
  );
}

/** Makes an app the one that may take every thread of the Page; it is told of its role. */
export function setPrimaryReceiver(
  { direct, webhooks, clock, world }: SandboxContext,
  { pageId, appId }: { pageId?: string; appId: string },
): number {
  const page = pageId === undefined ? world.first('page') : world.get('page', pageId);
  direct.primaryApps.set(page.id, appId);
  return webhooks.emitMessaging({
    object: 'page',
    ownerId: page.id,
    field: 'messaging_handovers',
    appId,
    item: {
      recipient: { id: page.id },
      timestamp: clock.now(),
      app_roles: { [appId]: ['primary_receiver'] },
    },
  });
}
