import { GraphError } from '../graph/graph-error';

interface PublishingError {
  code: number;
  message: string;
  title: string;
  text: string;
}

/** Instagram's own errors by subcode, which is also what a failed container names. */
const ERRORS: Readonly<Record<number, PublishingError>> = {
  2207003: {
    code: -2,
    message: 'Timeout',
    title: 'Timeout downloading media',
    text: 'It takes too long to download the media.',
  },
  2207004: {
    code: 36000,
    message: 'The image size is too large.',
    title: 'Image size too large',
    text: 'The image is too large to download. It should be less than 8 MiB.',
  },
  2207005: {
    code: 36001,
    message: 'The image format is not supported.',
    title: 'Unsupported image format',
    text: 'The image format is not supported. Supported formats are: JPEG.',
  },
  2207008: {
    code: 24,
    message: 'The requested resource does not exist',
    title: 'Media Not Found',
    text: 'The media builder with this creation id does not exist or has been expired.',
  },
  2207009: {
    code: 36003,
    message: 'The aspect ratio is not supported.',
    title: 'Unsupported aspect ratio',
    text: 'The submitted image cannot be published. Please submit an image with a valid aspect ratio.',
  },
  2207010: {
    code: 36004,
    message: 'The caption was too long.',
    title: 'Caption is too long',
    text: 'The maximum number of characters permitted for a caption is 2200.',
  },
  2207013: {
    code: 110,
    message: 'Invalid user id',
    title: 'Cannot find User',
    text: 'The user with this username cannot be found.',
  },
  2207020: {
    code: -2,
    message: 'Media has expired.',
    title: 'Media expired',
    text: 'The media you are trying to access has expired. Please try to upload again.',
  },
  2207023: {
    code: 100,
    message: 'Unknown media type.',
    title: 'Unknown media type',
    text: 'The media type is unknown.',
  },
  2207026: {
    code: 352,
    message: 'The video file you selected is in a format that we do not support.',
    title: 'Unsupported format',
    text: 'The video format is not supported.',
  },
  2207027: {
    code: 9007,
    message: 'Media ID is not available',
    title: 'Cannot publish',
    text: 'The media is not ready to be published. Please wait a moment.',
  },
  2207028: {
    code: 100,
    message: 'Carousel validation failed.',
    title: 'Carousel not possible',
    text: 'Carousels need at least 2 photos or videos and no more than 10.',
  },
  2207032: {
    code: -1,
    message: 'Create media failed.',
    title: 'Cannot create media',
    text: 'Create media fail, please try to re-create media',
  },
  2207040: {
    code: 100,
    message: 'Too many tags.',
    title: 'Too many tags',
    text: 'Cannot use more than 20 tags per created media.',
  },
  2207042: {
    code: 9,
    message: 'Application request limit reached',
    title: 'Daily limit reached',
    text: 'You reached maximum number of posts that is allowed to be published by Content Publishing API.',
  },
  2207050: {
    code: 25,
    message: 'User is restricted.',
    title: 'Restricted account',
    text: 'The Instagram account is restricted.',
  },
  2207052: {
    code: 9004,
    message: 'Only photo or video can be accepted as media type.',
    title: "Media download has failed. The media URI doesn't meet our requirements.",
    text: 'The media could not be fetched from this URI.',
  },
  2207057: {
    code: 1,
    message: 'Invalid thumbnail offset.',
    title: 'Invalid thumbnail offset',
    text: 'Thumbnail offset must be greater than or equal to 0 and less than video duration.',
  },
  2207067: {
    code: 100,
    message: 'The VIDEO value for media_type is no longer supported.',
    title: 'Unsupported media type',
    text: 'Use the REELS media type to publish a video to your Instagram feed.',
  },
};

/** One of Instagram's errors of publishing. `text`: what the person is told, where the usual text needs more. */
export function publishingError(subcode: number, text?: string): GraphError {
  const known = ERRORS[subcode];
  if (!known) throw new Error(`${subcode} is not a subcode of Instagram.`);
  return new GraphError(known.code, known.message, {
    subcode,
    isTransient: false,
    userTitle: known.title,
    userMessage: text ?? known.text,
  });
}

/** Numbers about so few people that they would give somebody away. */
export function tooFewPeople(message: string): GraphError {
  return new GraphError(10, `(#10) ${message}`);
}

/** What only one of Instagram's two ways in can do. */
export function notThisWayIn(): GraphError {
  return new GraphError(3, '(#3) Application does not have the capability to make this API call.', {
    status: 500,
  });
}
