import type { AppError } from '../../errors/app.error';
import { GraphError, type GraphErrorMeta } from '../../graph-client/graph.error';
import type { PublicationError } from '../entities/instagram-publication.entity';

/** How the engine goes on after one of Meta's refusals. */
export type RefusalKind =
  /** For good: another file, text or account is needed. */
  | 'final'
  /** Meta asks to try the same again. */
  | 'again'
  /** What was prepared is gone: everything is prepared anew. */
  | 'anew'
  /** Meta still works on it. */
  | 'not-ready'
  /** No more may be published at present. */
  | 'quota';

interface Refusal {
  kind: RefusalKind;
  code: string;
  message: string;
  advice: string;
}

const refusal = (kind: RefusalKind, code: string, message: string, advice: string): Refusal => ({
  kind,
  code,
  message,
  advice,
});

const UNREACHABLE = refusal(
  'final',
  'MEDIA_UNREACHABLE',
  'Meta could not fetch the file.',
  'Its address must be public, answer Meta’s servers with the file itself and its type, and not ask for a login. For an uploaded file that is PUBLIC_URL of this service, which must be reachable from the internet over https.',
);
const RESTRICTED = refusal(
  'final',
  'ACCOUNT_RESTRICTED',
  'Instagram has restricted this account.',
  'Open the Instagram app with this account, look at Account Status and settle what is asked there. Then try again.',
);
const GONE = refusal(
  'anew',
  'CONTAINER_GONE',
  'What Meta had prepared for publishing is gone or older than 24 hours.',
  'Try again: everything is prepared anew.',
);
const AGAIN = refusal(
  'again',
  'META_TROUBLE',
  'Instagram failed without saying why.',
  'Try again. If it fails every time, the file may be damaged: export it anew.',
);

/**
 * By subcode, which says more than the code. From Meta's list "Error codes" of content publishing and from other people's
 * traffic; the subcodes are not confirmed one by one.
 */
const BY_SUBCODE: ReadonlyMap<number, Refusal> = new Map([
  [2207052, UNREACHABLE],
  [
    2207003,
    refusal(
      'again',
      'MEDIA_TOO_SLOW',
      'Meta gave up fetching the file, as it took too long.',
      'Use a faster server or a smaller file, then try again.',
    ),
  ],
  [
    2207009,
    refusal(
      'final',
      'ASPECT_RATIO',
      'Instagram does not take pictures of this shape.',
      'Crop it to between 4:5 (upright) and 1.91:1 (wide).',
    ),
  ],
  [
    2207042,
    refusal(
      'quota',
      'QUOTA_USED_UP',
      'This account has published as much as Instagram allows in 24 hours.',
      'Wait until earlier ones are 24 hours old, then try again.',
    ),
  ],
  [2207006, GONE],
  [2207008, GONE],
  [2207020, GONE],
  [
    2207027,
    refusal('not-ready', 'NOT_READY', 'Meta has not finished preparing it.', 'It is asked again by itself.'),
  ],
  [
    2207004,
    refusal(
      'final',
      'MEDIA_TOO_LARGE',
      'The picture is larger than Instagram takes.',
      'Use a JPEG of at most 8 MB.',
    ),
  ],
  [
    2207005,
    refusal(
      'final',
      'IMAGE_FORMAT',
      'Instagram does not take this kind of picture.',
      'Save it as JPEG; PNG, WebP and HEIC are not taken.',
    ),
  ],
  [
    2207010,
    refusal(
      'final',
      'CAPTION_TOO_LONG',
      'The caption is too long.',
      'Use at most 2,200 characters, 30 hashtags and 20 mentions.',
    ),
  ],
  [
    2207026,
    refusal(
      'final',
      'VIDEO_FORMAT',
      'Instagram does not take this kind of video.',
      'Use MP4 or MOV with H.264 or HEVC video and AAC sound, at most 1920 pixels wide, 23 to 60 pictures a second. Reels last 3 seconds to 15 minutes, stories at most 60 seconds.',
    ),
  ],
  [
    2207028,
    refusal(
      'final',
      'CAROUSEL_PARTS',
      'Instagram does not take these parts as a carousel.',
      'Use 2 to 10 images and videos.',
    ),
  ],
  [
    2207035,
    refusal('final', 'TAGS', 'The tags are not as Instagram wants them.', 'Take them out, or correct them.'),
  ],
  [2207040, refusal('final', 'TAGS', 'There are more mentions or tags than allowed.', 'Use at most 20.')],
  [2207050, RESTRICTED],
  [
    2207051,
    refusal(
      'final',
      'ACTION_BLOCKED',
      'Instagram took this for spam and blocked it.',
      'Publish less often, wait some hours, and look at Account Status in the Instagram app.',
    ),
  ],
  [
    2207057,
    refusal(
      'final',
      'COVER_FRAME',
      'thumbOffset lies outside of the video.',
      'Give a place within the video, in milliseconds.',
    ),
  ],
  [2207001, AGAIN],
  [2207032, AGAIN],
  [2207053, AGAIN],
]);

/** Where Meta sends no subcode. */
const BY_CODE: ReadonlyMap<number, Refusal> = new Map(
  [
    [9004, 2207052],
    [36003, 2207009],
    [9, 2207042],
    [24, 2207008],
    [36000, 2207004],
    [36001, 2207005],
    [36004, 2207010],
    [352, 2207026],
    [-2, 2207020],
    [25, 2207050],
    [9007, 2207027],
    [-1, 2207001],
  ].flatMap(([code = 0, subcode = 0]): [number, Refusal][] => {
    const found = BY_SUBCODE.get(subcode);
    return found === undefined ? [] : [[code, found]];
  }),
);

/** What one of Meta's refusals of publishing means; null for those that are not about publishing. */
export function refusalOf(meta: Pick<GraphErrorMeta, 'code' | 'subcode'> | null): Refusal | null {
  if (meta === null) return null;
  const bySubcode = meta.subcode === null ? undefined : BY_SUBCODE.get(meta.subcode);
  return bySubcode ?? (meta.code === null ? undefined : BY_CODE.get(meta.code)) ?? null;
}

/** What a failed call means for people. */
export function publicationErrorOf(error: AppError): PublicationError {
  const meta = error instanceof GraphError ? error.meta : null;
  const known = refusalOf(meta);
  const { action } = error.details;
  return {
    code: known?.code ?? error.code,
    message: known?.message ?? error.message,
    advice: known?.advice ?? (typeof action === 'string' ? action : adviceFor(error.code)),
    retryHelps: known === null ? error.retryable : known.kind !== 'final',
    metaCode: meta?.code ?? null,
    metaSubcode: meta?.subcode ?? null,
    metaMessage: meta?.message ?? null,
    fbtraceId: meta?.fbtraceId ?? null,
  };
}

/** Of a container whose status is ERROR: Meta says why in words, in which the subcode stands. */
export function processingErrorOf(statusText: string | null): PublicationError {
  const subcode = Number(/\b(2207\d{3})\b/.exec(statusText ?? '')?.[1] ?? Number.NaN);
  const known = Number.isNaN(subcode) ? null : refusalOf({ code: null, subcode });
  return ownError(
    known?.code ?? 'PROCESSING_FAILED',
    known?.message ?? 'Instagram could not make anything of the file.',
    known?.advice ??
      'Look at the format: JPEG for images; for videos MP4 or MOV with H.264 video and AAC sound. Then order it again.',
    {
      retryHelps: known !== null && known.kind !== 'final',
      metaSubcode: Number.isNaN(subcode) ? null : subcode,
      metaMessage: statusText,
    },
  );
}

/** What this service itself found. */
export function ownError(
  code: string,
  message: string,
  advice: string,
  rest: Partial<PublicationError> = {},
): PublicationError {
  return {
    code,
    message,
    advice,
    retryHelps: false,
    metaCode: null,
    metaSubcode: null,
    metaMessage: null,
    fbtraceId: null,
    ...rest,
  };
}

export const QUOTA_USED_UP = ownError(
  'QUOTA_USED_UP',
  'This account has published as much as Instagram allows in 24 hours.',
  'Wait until earlier ones are 24 hours old, then try again.',
  { retryHelps: true },
);
export const MEDIA_GONE = ownError(
  'MEDIA_GONE',
  'The uploaded file is not there any more.',
  'Upload it again and order it anew.',
);
export const NOT_CONNECTED = ownError(
  'NOT_CONNECTED',
  'The Instagram account is not connected any more.',
  'Connect it again, then try again.',
  { retryHelps: true },
);
export const PROCESSING_TOO_LONG = ownError(
  'PROCESSING_TOO_LONG',
  'Instagram worked on the file for hours and did not finish.',
  'Try again. If it happens again, use a shorter or smaller video.',
  { retryHelps: true },
);
export const NEVER_PUBLISHED = ownError(
  'NOT_PUBLISHED',
  'Instagram was told to publish it, the answer was lost, and by now it is certain that it was not published.',
  'Try again: nothing can appear twice.',
  { retryHelps: true },
);
export const OUTCOME_UNKNOWN = ownError(
  'OUTCOME_UNKNOWN',
  'Instagram was told to publish it, and its answer was lost. It may or may not be there.',
  'Look at the account. If it is not there, try again and say so with notPublished.',
);

function adviceFor(code: string): string {
  switch (code) {
    case 'META_REAUTH_REQUIRED':
      return 'Connect the account again with the permission to publish (instagram_content_publish, for Instagram Login instagram_business_content_publish), then try again.';
    case 'META_RATE_LIMITED':
    case 'META_UNAVAILABLE':
      return 'Try again later.';
    default:
      return 'See what Meta says, change it, and order it anew.';
  }
}
