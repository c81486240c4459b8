import type { SandboxControl } from '../control/control';
import {
  either,
  flag,
  listed,
  nullable,
  number,
  object,
  oneOf,
  operation,
  optional,
  shaped,
  text,
  type Operation,
} from '../control/control-input';

export const directPerson = either(
  text,
  shaped({ id: optional(text), name: optional(text), username: optional(text) }),
);
const address = { pageId: optional(text), instagramId: optional(text) };
const when = { timestamp: optional(number), silent: optional(flag) };
const attachments = optional(
  listed(
    shaped({
      type: text,
      payload: optional(object),
      mediaBase64: optional(text),
      mimeType: optional(text),
      name: optional(text),
    }),
  ),
);

/** What people do in Messenger and Instagram, by `POST /__control/{name}`. */
export function directOperations(control: SandboxControl): Record<string, Operation> {
  const message = {
    ...address,
    ...when,
    attachments,
    from: directPerson,
    text: optional(text),
    quickReply: optional(text),
    replyTo: optional(text),
    story: optional(
      shaped({ kind: optional(oneOf('reply_to', 'mention')), id: optional(text), url: optional(text) }),
    ),
    referral: optional(object),
    isUnsupported: optional(flag),
    extra: optional(object),
    id: optional(text),
    standby: optional(flag),
  };
  const postback = {
    ...address,
    ...when,
    from: directPerson,
    title: text,
    payload: text,
    referral: optional(object),
  };
  const inboxReply = {
    ...address,
    ...when,
    attachments,
    to: directPerson,
    text: optional(text),
    appId: optional(text),
    id: optional(text),
  };
  const person = {
    ...address,
    from: directPerson,
    isUnavailable: optional(flag),
    isGone: optional(flag),
    hasConsented: optional(flag),
  };
  return {
    'play-direct-message': operation(message, (input) => control.playDirectMessage(input)),
    'play-direct-postback': operation(postback, (input) => control.playDirectPostback(input)),
    'play-direct-reaction': operation(
      { messageId: text, reaction: optional(text), emoji: optional(text) },
      (input) => ({ told: control.playDirectReaction(input) }),
    ),
    'play-direct-read': operation({ ...address, from: directPerson, messageId: optional(text) }, (input) => ({
      told: control.playDirectRead(input),
    })),
    'play-direct-edit': operation({ messageId: text, text, silent: optional(flag) }, (input) => ({
      told: control.playDirectEdit(input),
    })),
    'play-direct-unsend': operation({ messageId: text, silent: optional(flag) }, (input) => ({
      told: control.playDirectUnsend(input),
    })),
    'play-inbox-reply': operation(inboxReply, (input) => control.playInboxReply(input)),
    'play-direct-referral': operation(
      {
        ...address,
        from: directPerson,
        ref: optional(text),
        source: optional(text),
        more: optional(object),
        silent: optional(flag),
      },
      (input) => control.playDirectReferral(input),
    ),
    'play-direct-opt-in': operation(
      {
        ...address,
        from: directPerson,
        ref: optional(text),
        userRef: optional(text),
        notificationToken: optional(text),
        title: optional(text),
        silent: optional(flag),
      },
      (input) => control.playDirectOptIn(input),
    ),
    'set-thread-owner': operation(
      {
        ...address,
        from: directPerson,
        appId: nullable(text),
        metadata: optional(text),
        silent: optional(flag),
      },
      (input) => ({ told: control.setThreadOwner(input) }),
    ),
    'set-primary-receiver': operation({ pageId: optional(text), appId: text }, (input) => ({
      told: control.setPrimaryReceiver(input),
    })),
    'set-account-usage': operation(
      { ...address, usage: nullable(shaped({ callCount: number, minutesToRegain: optional(number) })) },
      (input) => {
        control.setAccountUsage(input);
      },
    ),
    'close-direct-window': operation({ ...address, from: directPerson }, (input) => {
      control.closeDirectWindow(input);
    }),
    'direct-person': operation(person, (input) => control.directPerson(input)),
  };
}

/** `GET /__control/{name}`. */
export function directReaders(control: SandboxControl): Record<string, Operation> {
  return {
    'sent-direct-messages': operation({ to: optional(text), ownerId: optional(text) }, (query) => ({
      data: control.sentDirectMessages(query),
    })),
    'messenger-profile': operation(address, (query) => control.messengerProfile(query)),
    'direct-conversations': operation({ ownerId: optional(text), userId: optional(text) }, (query) => ({
      data: control.directConversations(query),
    })),
  };
}
