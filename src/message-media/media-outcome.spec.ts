import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from '../graph-client/graph.error';
import { GraphFileGoneError } from '../graph-client/graph-downloads';
import { MediaDefectError, sha256From } from '../media/media-check';
import { AddressRefusedError } from '../media/outbound-address-policy';
import { DownloadFailedError } from '../media/safe-download';
import { MOST_ATTEMPTS, MOST_REFUSALS, MediaGoneError, mediaOutcomeOf } from './media-outcome';

const outcomeOf = (error: unknown, attempt = 1, refusals = 0, ageMs = 0) =>
  mediaOutcomeOf({ error, attempt, refusals, ageMs });
const unavailable = new GraphUnavailableError('down', 'unknown');
const DAY_MS = 86_400_000;

describe('a file that could not be fetched', () => {
  it('is tried for longer than four days and not as long as Meta keeps files', () => {
    let total = 0;
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
      const outcome = outcomeOf(unavailable, attempt);
      if (outcome.state === 'failed') throw new Error(`given up at ${attempt}`);
      total += outcome.delayMs;
    }
    expect(total).toBeGreaterThan(4 * DAY_MS);
    expect(total).toBeLessThan(7 * DAY_MS);
    expect(outcomeOf(unavailable, MOST_ATTEMPTS)).toMatchObject({ state: 'failed' });
  });

  it('waits at least as long as Meta asks', () => {
    expect(outcomeOf(new GraphUnavailableError('down', 'unknown', {}, 77_000))).toMatchObject({
      delayMs: 77_000,
    });
    expect(outcomeOf(new GraphRateLimitedError('slow', 'app', 99_000), 500)).toMatchObject({
      state: 'pending',
      delayMs: 99_000,
      isCounted: false,
    });
  });

  it('waits for a connection without using up attempts, for a month', () => {
    const error = new GraphReauthRequiredError('dead');
    expect(outcomeOf(error, 500)).toMatchObject({ state: 'pending', isCounted: false, isRefusal: false });
    expect(outcomeOf(error, 1, 0, 31 * DAY_MS)).toMatchObject({ state: 'failed' });
  });

  it.each([
    ['gone', new GraphFileGoneError('404'), 'MEDIA_NOT_FOUND'],
    ['refused', new GraphRejectedError('no'), 'META_REJECTED'],
    ['another', new MediaDefectError('MEDIA_HASH_MISMATCH', 'x'), 'MEDIA_HASH_MISMATCH'],
  ])('that is %s is given up after a few times, whatever came before', (_, error, code) => {
    expect(outcomeOf(error, 20, 0)).toMatchObject({ state: 'pending', isCounted: true, isRefusal: true });
    expect(outcomeOf(error, 3, MOST_REFUSALS - 1)).toMatchObject({ state: 'failed', error: { code } });
  });

  it.each([
    ['gone for good', new MediaGoneError(), 'MEDIA_NOT_FOUND'],
    ['too large', new MediaDefectError('MEDIA_TOO_LARGE', 'x'), 'MEDIA_TOO_LARGE'],
    ['at an address inside', new AddressRefusedError('publicAddress', 'x'), 'MEDIA_ADDRESS_REFUSED'],
  ])('that is %s is given up at once', (_, error, code) => {
    expect(outcomeOf(error)).toMatchObject({ state: 'failed', error: { code } });
  });

  it.each([
    [new DownloadFailedError('answer', 'x', 400), true],
    [new DownloadFailedError('encoding', 'x'), true],
    [new DownloadFailedError('answer', 'x', 503), false],
    [new DownloadFailedError('answer', 'x', 429), false],
    [new DownloadFailedError('complete', 'x'), false],
    [new DownloadFailedError('time', 'x'), false],
  ])('that a server does not give is tried again, for long only where it may yet: %o', (error, isRefusal) => {
    expect(outcomeOf(error)).toMatchObject({
      state: 'pending',
      isRefusal,
      error: { code: 'MEDIA_NOT_FETCHED' },
    });
  });

  it('says nothing of folders when it could not be stored', () => {
    const error = Object.assign(new Error("ENOSPC: '/secret/folder'"), { code: 'ENOSPC' });
    expect(outcomeOf(error)).toMatchObject({
      state: 'pending',
      error: { code: 'MEDIA_NOT_STORED', message: 'The file could not be stored (ENOSPC).' },
    });
  });
});

describe('a hash as Meta tells it', () => {
  const bytes = Buffer.alloc(32, 0xa7);
  it.each([
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ])('is read from %s', (text) => {
    expect(sha256From(text)?.equals(bytes)).toBe(true);
  });

  it.each([null, undefined, '', 'abc', bytes.toString('hex').slice(1), `${bytes.toString('base64')}A`])(
    'is none in %s',
    (text) => {
      expect(sha256From(text)).toBeNull();
    },
  );
});
