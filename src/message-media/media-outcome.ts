import { AppError } from '../errors/app.error';
import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from '../graph-client/graph.error';
import { GraphFileGoneError } from '../graph-client/graph-downloads';
import { MediaDefectError } from '../media/media-check';
import { AddressRefusedError } from '../media/outbound-address-policy';
import { type DownloadFailure, DownloadFailedError } from '../media/safe-download';

/** Meta has the file no longer, and asking again is of no use. */
export class MediaGoneError extends Error {
  constructor() {
    super('Meta does not have the file, or not any more.');
    this.name = MediaGoneError.name;
  }
}

/** Why a file is not there. `code` is for programs, `message` for people. */
export interface MediaError {
  code: string;
  message: string;
}

/** What becomes of a file whose fetching ended in an error. */
export type MediaOutcome =
  | { state: 'failed'; error: MediaError }
  /** `isCounted`: whether it uses up an attempt; `isRefusal`: whether one of the few that a refusal has. */
  | { state: 'pending'; delayMs: number; isCounted: boolean; isRefusal: boolean; error: MediaError };

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** With the pauses below almost five days; Meta keeps what people send for seven. */
export const MOST_ATTEMPTS = 30;
/** Where Meta says that it has no such file, or gives another one than it told of. Its machines do not all agree at once. */
export const MOST_REFUSALS = 3;
const FIRST_PAUSE_MS = 5 * SECOND;
const LONGEST_PAUSE_MS = 6 * HOUR;
/** A new connection makes it due at once; this is for a permission that comes back unnoticed. */
const REAUTH_PAUSE_MS = HOUR;
/** No id of Meta's for a file is good for longer. */
const LONGEST_AGE_MS = 30 * DAY;

export interface FailedFetch {
  error: unknown;
  /** 1 for the first. */
  attempt: number;
  /** Before this one. */
  refusals: number;
  /** Since the message came in. */
  ageMs: number;
}

export function mediaOutcomeOf({ error, attempt, refusals, ageMs }: FailedFetch): MediaOutcome {
  const told = toMediaError(error);
  if (ageMs > LONGEST_AGE_MS || isFinal(error)) return { state: 'failed', error: told };
  if (error instanceof GraphReauthRequiredError)
    return { state: 'pending', delayMs: REAUTH_PAUSE_MS, isCounted: false, isRefusal: false, error: told };
  if (error instanceof GraphRateLimitedError) {
    const delayMs = Math.min(Math.max(error.retryAfterMs, SECOND), LONGEST_PAUSE_MS);
    return { state: 'pending', delayMs, isCounted: false, isRefusal: false, error: told };
  }
  const isRefusal =
    error instanceof MediaDefectError || error instanceof GraphRejectedError || isRefusedDownload(error);
  if (attempt >= MOST_ATTEMPTS || (isRefusal && refusals + 1 >= MOST_REFUSALS))
    return { state: 'failed', error: told };
  const backoffMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 20), LONGEST_PAUSE_MS);
  const askedMs = error instanceof GraphUnavailableError ? (error.waitMs ?? 0) : 0;
  return {
    state: 'pending',
    delayMs: Math.min(Math.max(backoffMs, askedMs), LONGEST_PAUSE_MS),
    isCounted: true,
    isRefusal,
    error: told,
  };
}

/** No other attempt could end otherwise. */
function isFinal(error: unknown): boolean {
  const isTooLarge = error instanceof MediaDefectError && error.code === 'MEDIA_TOO_LARGE';
  return isTooLarge || error instanceof MediaGoneError || error instanceof AddressRefusedError;
}

/** Of a server that is there and does not give the file, as opposed to one that is in trouble. */
function isRefusedDownload(error: unknown): boolean {
  if (!(error instanceof DownloadFailedError)) return false;
  if (error.status !== null) return error.status < 500 && error.status !== 408 && error.status !== 429;
  return error.rule === 'redirects' || error.rule === 'encoding';
}

const DOWNLOAD_FAILURES: Readonly<Record<DownloadFailure, string>> = {
  redirects: 'The address of the file leads on and on.',
  answer: "Meta's file server did not give the file.",
  reachable: "Meta's file server could not be reached.",
  time: 'The file did not arrive in time.',
  complete: 'The file broke off before its end.',
  encoding: "Meta's file server gives the file only in a compressed form.",
};

function toMediaError(error: unknown): MediaError {
  if (error instanceof MediaGoneError) return { code: 'MEDIA_NOT_FOUND', message: error.message };
  if (error instanceof AddressRefusedError)
    return {
      code: 'MEDIA_ADDRESS_REFUSED',
      message: 'The message names an address for the file that is not a public one. It was not called.',
    };
  if (error instanceof DownloadFailedError)
    return { code: 'MEDIA_NOT_FETCHED', message: DOWNLOAD_FAILURES[error.rule] };
  if (error instanceof MediaDefectError) return { code: error.code, message: error.message };
  if (error instanceof GraphFileGoneError || isUnknownToMeta(error))
    return { code: 'MEDIA_NOT_FOUND', message: 'Meta does not have the file, or not any more.' };
  if (error instanceof AppError) return { code: error.code, message: error.message };
  // Of the system: no space, no right to write. Its text may name folders, its code says enough.
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return { code: 'MEDIA_NOT_STORED', message: `The file could not be stored (${code ?? 'unknown error'}).` };
}

/** Code 100 with 33: no such object, as far as this token can see. */
function isUnknownToMeta(error: unknown): boolean {
  return error instanceof GraphRejectedError && error.meta?.code === 100 && error.meta.subcode === 33;
}
