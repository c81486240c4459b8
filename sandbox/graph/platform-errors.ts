/** Errors of Pages, Messenger and Instagram, for `failNext`: code → status, text and usual subcode. */
export interface PlatformError {
  status: number;
  text: string;
  subcode?: number;
}

export const PLATFORM_ERRORS: Readonly<Record<number, PlatformError>> = {
  210: { status: 400, text: 'A page access token is required to request this resource.' },
  230: { status: 403, text: 'User consent is required to access user profile' },
  341: { status: 400, text: 'Application limit reached' },
  506: { status: 400, text: 'Duplicate status message' },
  551: { status: 400, text: "This person isn't available right now.", subcode: 1545041 },
  803: { status: 404, text: 'Some of the aliases you requested do not exist' },
  9010: { status: 400, text: 'No matching Instagram user' },
  80001: { status: 400, text: 'There have been too many calls to this Page account.', subcode: 2446079 },
  80002: { status: 400, text: 'There have been too many calls to this Instagram account.', subcode: 2446079 },
  80006: { status: 400, text: 'There have been too many calls to this Messenger account.', subcode: 2446079 },
};
