import { changesOf, TestClient } from '../test-client';
import { SEED } from '../world-seed';

const PHONE = `/${SEED.phoneNumberId}`;
const ANA = '+16505551234';

describe('what Meta does to accounts', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
    client.control.playMessage({ from: ANA });
  });
  afterEach(() => client.close());

  const sendTemplate = () =>
    client.send({
      to: ANA,
      type: 'template',
      template: { name: 'hello_world', language: { code: 'en_US' } },
    });
  const codeOf = async (answer: Promise<{ error: object }>) => (await answer).error;

  it('bans and reinstates, with webhook and health', async () => {
    const callback = await client.subscribe('account_update');
    client.control.playAccountUpdate({ event: 'DISABLED_UPDATE' });
    expect(await codeOf(client.sendText(ANA))).toMatchObject({ code: 131031 });
    expect((await client.get(`/${SEED.wabaId}?fields=health_status`)).json.health_status).toMatchObject({
      can_send_message: 'BLOCKED',
      entities: [{ entity_type: 'WABA', errors: [{ error_code: 141014 }] }, {}, {}],
    });
    client.control.playAccountUpdate({ event: 'DISABLED_UPDATE', banState: 'REINSTATE' });
    expect((await client.sendText(ANA)).status).toBe(200);
    await client.control.waitUntilIdle();
    expect(changesOf(callback).map(({ value }) => value)).toEqual([
      {
        event: 'DISABLED_UPDATE',
        ban_info: {
          waba_ban_state: 'DISABLE',
          waba_ban_date: expect.stringMatching(/^[A-Z][a-z]+ \d+, \d{4}$/),
        },
      },
      { event: 'DISABLED_UPDATE', ban_info: expect.objectContaining({ waba_ban_state: 'REINSTATE' }) },
    ]);
  });

  it('restricts what a business begins, for a time', async () => {
    const day = 86_400;
    client.control.playAccountUpdate({
      event: 'ACCOUNT_RESTRICTION',
      restrictions: [
        { type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresInSeconds: day },
        { type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION', expiresInSeconds: day },
      ],
    });
    expect(await codeOf(sendTemplate())).toMatchObject({ code: 368 });
    expect((await client.sendText(ANA)).status).toBe(200);
    const number = { cc: '1', phone_number: '6505550100', verified_name: 'More' };
    expect(await codeOf(client.post(`/${SEED.wabaId}/phone_numbers`, number))).toMatchObject({ code: 368 });
    await client.control.advance(day * 1000 + 1);
    client.token = client.control.issueToken().token;
    expect((await sendTemplate()).status).toBe(200);
  });

  it.each([
    ['BANNED', 131031],
    ['DELETED', 33],
    ['DISCONNECTED', 133010],
    ['RATE_LIMITED', 131048],
    ['RESTRICTED', 131048],
  ])('lets a number that is %s send nothing', async (status, code) => {
    client.control.updatePhoneNumber({ status, silent: true });
    expect(await codeOf(client.sendText(ANA))).toMatchObject({ code });
  });

  it('warns by flagging, without stopping anything', async () => {
    const callback = await client.subscribe('phone_number_quality_update');
    client.control.updatePhoneNumber({ status: 'FLAGGED', qualityRating: 'RED' });
    expect((await client.sendText(ANA)).status).toBe(200);
    expect((await client.get(`${PHONE}?fields=status,quality_rating`)).json).toMatchObject({
      status: 'FLAGGED',
      quality_rating: 'RED',
    });
    client.control.updatePhoneNumber({ status: 'CONNECTED', qualityRating: 'GREEN' });
    client.control.playPhoneQuality({ event: 'DOWNGRADE', oldLimit: 'TIER_10K', currentLimit: 'TIER_1K' });
    await client.control.waitUntilIdle();
    expect(changesOf(callback).map(({ value }) => value)).toMatchObject([
      { display_phone_number: '15550783881', event: 'FLAGGED' },
      { event: 'UNFLAGGED' },
      { event: 'DOWNGRADE', old_limit: 'TIER_10K', current_limit: 'TIER_1K' },
    ]);
  });

  it('refuses templates where the payment fails', async () => {
    client.control.setPaymentIssue({ hasIssue: true });
    expect(await codeOf(sendTemplate())).toMatchObject({ code: 131042 });
    expect((await client.get(`${PHONE}?fields=health_status`)).json.health_status).toMatchObject({
      entities: [{}, { errors: [{ error_code: 141006 }] }, {}, {}],
    });
    client.control.setPaymentIssue({ hasIssue: false });
    expect((await sendTemplate()).status).toBe(200);
  });

  it('wants an approved name of the numbers that Meta gives away', async () => {
    client.control.decideDisplayName({ decision: 'REJECTED' });
    expect(await codeOf(client.sendText(ANA))).toMatchObject({ code: 131037 });
    client.control.decideDisplayName({ decision: 'APPROVED' });
    expect((await client.sendText(ANA)).status).toBe(200);
  });

  it('tells partners under their own business, also of accounts that are not subscribed', async () => {
    const partner = client.control.createBusiness({ name: 'Partner' });
    const callback = await client.subscribe('account_update');
    await client.delete(`/${SEED.wabaId}/subscribed_apps`);
    client.control.playAccountUpdate({ event: 'PARTNER_ADDED', partnerBusinessId: partner.id });
    client.control.playAccountUpdate({ event: 'ACCOUNT_OFFBOARDED' });
    await client.control.waitUntilIdle();
    expect(callback.received.map(({ json }) => json)).toMatchObject([
      {
        entry: [
          {
            id: partner.id,
            time: expect.any(Number),
            changes: [{ value: { event: 'PARTNER_ADDED', waba_info: { waba_id: SEED.wabaId } } }],
          },
        ],
      },
    ]);
  });

  it('takes the account away from a partner who is removed', async () => {
    const agency = client.control.createBusiness({ name: 'Agency' });
    const member = client.control.createPerson({ name: 'Max Agent', businessIds: [agency.id] });
    const shared = client.control.createWaba({ name: 'Shared', clientBusinessIds: [agency.id] });
    const { token } = client.control.issueToken({ personId: member.id });
    expect((await client.get(`/${shared.id}`, token)).status).toBe(200);
    client.control.playAccountUpdate({ event: 'PARTNER_REMOVED', wabaId: shared.id });
    expect((await client.get(`/${shared.id}`, token)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it.each([
    'ACCOUNT_DELETED',
    'ACCOUNT_VIOLATION',
    'PARTNER_APP_INSTALLED',
    'PARTNER_APP_UNINSTALLED',
    'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
    'ACCOUNT_OFFBOARDED',
    'ACCOUNT_RECONNECTED',
    'AD_ACCOUNT_LINKED',
    'MM_LITE_TERMS_SIGNED',
    'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
    'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
    'VOLUME_BASED_PRICING_TIER_UPDATE',
    'VERIFIED_ACCOUNT',
    'NOT_INVENTED_YET',
  ])('tells %s', async (event) => {
    const callback = await client.subscribe('account_update');
    expect(client.control.playAccountUpdate({ event })).toBe(1);
    await client.control.waitUntilIdle();
    expect(changesOf(callback)).toMatchObject([{ field: 'account_update', value: { event } }]);
  });

  it('tells alerts, reviews and capabilities', async () => {
    const callback = await client.subscribe(
      'account_alerts,account_review_update,business_capability_update',
    );
    client.control.playAccountAlert({ alertType: 'OBA_APPROVED', severity: 'INFORMATIONAL' });
    client.control.decideAccountReview({ decision: 'REJECTED' });
    client.control.playBusinessCapability({ maxDailyConversations: 'TIER_2K' });
    await client.control.waitUntilIdle();
    expect(changesOf(callback).map(({ value }) => value)).toMatchObject([
      {
        entity_type: 'BUSINESS',
        alert_info: { alert_type: 'OBA_APPROVED', alert_severity: 'INFORMATIONAL' },
      },
      { decision: 'REJECTED' },
      { max_daily_conversations_per_business: 'TIER_2K' },
    ]);
    expect((await client.get(`/${SEED.wabaId}?fields=account_review_status`)).json).toMatchObject({
      account_review_status: 'REJECTED',
    });
  });

  it('is played over HTTP, too', async () => {
    const path = '/__control/play-account-update';
    expect((await client.post(path, { event: 'DISABLED_UPDATE', banState: 'DISABLE' })).json).toEqual({
      told: 0,
    });
    expect(await codeOf(client.sendText(ANA))).toMatchObject({ code: 131031 });
    expect((await client.post(path, { event: 'X', banState: 'MAYBE' })).status).toBe(400);
  });
});
