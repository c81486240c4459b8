import { Logger } from '@nestjs/common';
import type { SendLane, StartedSend } from '../conversations/conversation-types';
import { type AccountId, type AssetId, type MessageId, newId } from '../database/ids';
import { graphErrorOf } from '../graph-client/graph-error.mapper';
import { type GraphError, GraphUnavailableError } from '../graph-client/graph.error';
import { type FailureKnowledge, metaCodeOf, SendFailures } from './send-failures';
import type { Sender } from './sending-channel';
import type { SendingPace } from './sending-pace';

const sender: Sender = {
  accountId: newId<AccountId>(),
  id: newId<AssetId>(),
  countedFor: '102290129340398',
  perSecond: 80,
};

function aSend(lane: SendLane = 'reply', limited = 0): StartedSend {
  return {
    accountId: sender.accountId,
    messageId: newId<MessageId>(),
    assetId: sender.id,
    lane,
    recipient: '16505550001',
    request: {},
    attempt: 1,
    limited,
    requestId: null,
    traceParent: null,
  };
}

/** As Meta answers it. */
function metaError(code: number, httpStatus = 400, subcode?: number): GraphError {
  const error = { message: `(#${code}) No`, type: 'OAuthException', code, error_subcode: subcode };
  const mapped = graphErrorOf({ body: { error }, httpStatus, headers: {} });
  if (mapped === null) throw new Error('No error');
  return mapped;
}

const BROKEN_TEMPLATE = 132_015;
const SPAM = 131_048;

describe('a message that was not sent', () => {
  const pause = jest.fn<Promise<void>, Parameters<SendingPace['pause']>>(() => Promise.resolve());
  const exhaust = jest.fn<Promise<void>, Parameters<SendingPace['exhaust']>>(() => Promise.resolve());
  const learn = jest.fn(() => Promise.resolve());
  const pair = { name: 'pair:16505550001', eachMs: 6_000, burst: 45 };
  const knowledge: FailureKnowledge<Sender> = {
    isForAll: (error) => metaCodeOf(error) === BROKEN_TEMPLATE,
    isForCampaigns: (error) => metaCodeOf(error) === SPAM,
    limitOf: () => pair,
    learn,
  };
  const failures = new SendFailures({ pause, exhaust } as unknown as SendingPace);
  const explain = (error: unknown, send = aSend()) =>
    failures.explain({ send, sender, token: 't', error, wasCalled: true }, knowledge);

  beforeAll(() => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  beforeEach(() => {
    for (const mock of [pause, exhaust, learn]) mock.mockClear();
  });
  afterAll(() => jest.restoreAllMocks());

  it.each([
    ['the number', 130_429, 'sender', true],
    ['the WhatsApp Business Account', 80_007, 'account', false],
    ['the whole app', 4, 'app', false],
    ['the campaigns of the number', SPAM, 'campaigns', false],
  ] as const)(
    'pauses %s after %i, and goes later without its being an attempt',
    async (_, code, scope, slower) => {
      const result = await explain(metaError(code));
      expect(result).toMatchObject({ state: 'retry', isLimit: true });
      expect(pause).toHaveBeenCalledTimes(1);
      expect(pause).toHaveBeenCalledWith(scope, sender, expect.any(Number), slower);
    },
  );

  it('lets one person rest where Meta says that it was too much for this person alone', async () => {
    expect(await explain(metaError(131_056))).toMatchObject({ state: 'retry', isLimit: true });
    expect(pause).not.toHaveBeenCalled();
    expect(exhaust).toHaveBeenCalledWith(sender, pair, expect.any(Number));
  });

  it('waits while Meta moves the number, and is no slower afterwards', async () => {
    expect(await explain(metaError(131_057, 500))).toMatchObject({ state: 'retry', isLimit: false });
    expect(pause).toHaveBeenCalledWith('sender', sender, expect.any(Number), false);
    expect(pause.mock.calls[0]?.[2]).toBeGreaterThanOrEqual(60_000);
  });

  it('is held back in a campaign whose other messages would end the same way, and fails anywhere else', async () => {
    for (const error of [metaError(BROKEN_TEMPLATE), metaError(190, 401, 463)]) {
      expect(await explain(error, aSend('campaign'))).toMatchObject({ state: 'retry', isLimit: true });
      expect(await explain(error, aSend('campaign', 4))).toMatchObject({ state: 'failed' });
      expect(await explain(error, aSend('reply'))).toMatchObject({ state: 'failed' });
    }
    expect(await explain(metaError(131_026), aSend('campaign'))).toMatchObject({ state: 'failed' });
  });

  it('is never sent again when Meta may have it', async () => {
    const cut = new GraphUnavailableError('The connection was cut.', 'unknown');
    expect(await explain(cut)).toMatchObject({ state: 'unknown' });
    expect(pause).not.toHaveBeenCalled();
  });

  it('fails when what it was to be sent from is gone', async () => {
    const send = aSend('campaign');
    const gone = { send, sender: null, token: null, error: null, wasCalled: false };
    expect(await failures.explain(gone, knowledge)).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_FOUND' },
    });
  });

  it('ends all the same when what follows from it cannot be written down', async () => {
    learn.mockRejectedValueOnce(new Error('no database'));
    expect(await explain(metaError(131_026))).toMatchObject({ state: 'failed' });
  });
});
