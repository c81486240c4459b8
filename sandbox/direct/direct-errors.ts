import { GraphError, invalidParameter } from '../graph/graph-error';

import type { DirectPlatform } from './direct-records';

/** The errors of sending and reading direct messages, with the subcodes that tell them apart. */
export function outsideWindow(platform: DirectPlatform): GraphError {
  return new GraphError(10, '(#10) This message is sent outside of allowed window.', {
    status: 403,
    subcode: platform === 'messenger' ? 2018278 : 2534022,
  });
}

export function unavailablePerson(): GraphError {
  return new GraphError(551, "(#551) This person isn't available right now.", { subcode: 1545041 });
}

export function noMatchingPerson(): GraphError {
  return new GraphError(100, '(#100) No matching user found', { subcode: 2018001 });
}

export function noMessagingPermission(): GraphError {
  return new GraphError(10, '(#10) Application does not have permission for this action', {
    status: 403,
    subcode: 2018065,
  });
}

/** While the app is in development; and while it is live, where it lacks Advanced Access. */
export function rolesOnly(): GraphError {
  return new GraphError(
    200,
    '(#200) Cannot message users who are not admins, developers or testers of the app until pages_messaging permission is reviewed and the app is live.',
    { status: 403, subcode: 2018028 },
  );
}

export function restrictedPage(): GraphError {
  return new GraphError(10, '(#10) This Page is restricted from sending messages.', {
    status: 403,
    subcode: 1893063,
  });
}

export function noPrivateReply(): GraphError {
  return new GraphError(10, '(#10) This comment is too old for a private reply, or was answered already.', {
    status: 403,
    subcode: 2018300,
  });
}

/** The same subcode as that of a private reply that comes too late. */
export function controlledElsewhere(): GraphError {
  return new GraphError(
    10,
    '(#10) Message failed to send because another app is controlling this thread now.',
    { status: 403, subcode: 2018300 },
  );
}

export function unfetchableFile(): GraphError {
  return invalidParameter('Failed to fetch the file from the url', { subcode: 2018008 });
}

export function brokenUpload(): GraphError {
  return invalidParameter('Upload attachment failure.', { subcode: 2018047 });
}

export function tooManyCalls(): GraphError {
  return new GraphError(613, '(#613) Calls to this api have exceeded the rate limit.');
}

/** Only the newest messages of a conversation can be read; of the others Graph says that they are deleted. */
export function deletedMessage(): GraphError {
  return invalidParameter('This message has been deleted, or is too old to be read.');
}

/** People who only commented have not let the business see their Instagram profile. */
export function noConsent(): GraphError {
  return new GraphError(230, '(#230) User consent is required to access user profile', { status: 403 });
}

export function noSuchInstagramPerson(): GraphError {
  return new GraphError(9010, '(#9010) No matching Instagram user');
}
