import type { JsonObject } from '../json';
import { changesOf, itemsOf, TestClient } from '../test-client';
import { SEED } from '../world-seed';

const PATH = `/${SEED.wabaId}/message_templates`;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIELDS =
  'message_template_status_update,template_category_update,message_template_quality_update,messages';

describe('the life of a template', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  async function create(name: string, text: string, more: JsonObject = {}): Promise<JsonObject> {
    const components = [{ type: 'BODY', text }];
    const answer = await client.post(PATH, {
      name,
      language: 'en_US',
      category: 'UTILITY',
      components,
      ...more,
    });
    return answer.json;
  }

  async function advance(ms: number): Promise<void> {
    await client.control.advance(ms);
    client.token = client.control.issueToken().token;
  }

  async function read(
    id: unknown,
    fields = 'status,category,rejected_reason,correct_category',
  ): Promise<JsonObject> {
    return (await client.get(`/${String(id)}?fields=${fields}`)).json;
  }

  it.each([
    ['a_reject_scam', 'Hello there, friend.', {}, 'SCAM'],
    ['a_reject_tag_content_mismatch', 'Hello there, friend.', {}, 'TAG_CONTENT_MISMATCH'],
    ['won', 'You have won! Send us your card number.', {}, 'SCAM'],
    ['angry', 'Pay, or we know where you live.', {}, 'ABUSIVE_CONTENT'],
    ['russian', 'Your order has left.', { language: 'ru' }, 'TAG_CONTENT_MISMATCH'],
  ])('%s ends at the review, with its reason', async (name, text, more, reason) => {
    const callback = await client.subscribe(FIELDS);
    const { id } = await create(name, text, more);
    await client.control.advance(1000);
    expect(await read(id)).toMatchObject({ status: 'REJECTED', rejected_reason: reason });
    expect(changesOf(callback)).toMatchObject([{ value: { event: 'REJECTED', reason } }]);
  });

  it('goes on where reviewers do not read', async () => {
    client.control.configure({ review: { readsContent: false } });
    const { id } = await create('won', 'You have won! Send us your card number.');
    await client.control.advance(1000);
    expect(await read(id)).toMatchObject({ status: 'APPROVED' });
  });

  describe('that advertises as utility', () => {
    const TEXT = 'Buy now and get 20% off.';

    it('is taken for what it is, in the answer', async () => {
      client.control.configure({ review: { advertising: 'recategorise' } });
      expect(await create('sale', TEXT)).toMatchObject({ category: 'MARKETING' });
    });

    it('is rejected as promotional', async () => {
      client.control.configure({ review: { advertising: 'reject' } });
      const { id } = await create('sale', TEXT);
      await client.control.advance(1000);
      expect(await read(id)).toMatchObject({ rejected_reason: 'PROMOTIONAL' });
    });

    it('gets 24 hours of notice, and then the other category', async () => {
      client.control.configure({ review: { advertising: 'announce' } });
      const callback = await client.subscribe('template_category_update');
      const { id } = await create('sale', TEXT);
      await client.control.advance(HOUR_MS);
      expect(await read(id)).toMatchObject({ category: 'UTILITY', correct_category: 'MARKETING' });
      await advance(DAY_MS);
      expect(await read(id, 'category,previous_category')).toMatchObject({
        category: 'MARKETING',
        previous_category: 'UTILITY',
      });
      expect(changesOf(callback)).toMatchObject([
        {
          value: {
            new_category: 'UTILITY',
            correct_category: 'MARKETING',
            category_update_timestamp: expect.any(Number),
          },
        },
        { value: { previous_category: 'UTILITY', new_category: 'MARKETING' } },
      ]);
    });
  });

  it('is paused for three hours at RED, then for six, then disabled', async () => {
    const callback = await client.subscribe('message_template_status_update');
    const status = async () => (await read(SEED.templateId)).status;
    for (const hours of [3, 6]) {
      client.control.setTemplateQuality({ name: 'hello_world' }, 'RED');
      expect(await status()).toBe('PAUSED');
      await advance(hours * HOUR_MS - 1000);
      expect(await status()).toBe('PAUSED');
      await advance(1000);
      expect(await status()).toBe('APPROVED');
    }
    client.control.setTemplateQuality({ name: 'hello_world' }, 'RED');
    expect(await status()).toBe('DISABLED');
    await client.control.waitUntilIdle();
    const events = changesOf(callback).map(({ value }) => value as JsonObject);
    expect(events.map(({ event }) => event)).toEqual([
      'PAUSED',
      'APPROVED',
      'PAUSED',
      'APPROVED',
      'DISABLED',
    ]);
    expect(events.map(({ other_info: info }) => (info as JsonObject | undefined)?.title)).toEqual([
      'FIRST_PAUSE',
      'UNPAUSE',
      'SECOND_PAUSE',
      'UNPAUSE',
      undefined,
    ]);
  });

  it('can be taken out of a pause by hand', async () => {
    client.control.setTemplateQuality({ name: 'hello_world' }, 'RED');
    expect((await client.post(`/${SEED.templateId}/unpause`)).json).toEqual({ success: true });
    expect((await client.post(`/${SEED.templateId}/unpause`)).json).toMatchObject({ success: false });
    expect(await read(SEED.templateId)).toMatchObject({ status: 'APPROVED' });
  });

  it('can be archived and brought back, and is gone after 28 days in the archive', async () => {
    const act = (action: string, ...ids: unknown[]) =>
      client.post(`${PATH}/${action}`, { hsm_ids: ids as string[] });
    expect((await act('archive', SEED.templateId, '1')).json).toEqual({
      archived_templates: [SEED.templateId],
      failed_templates: { 1: 'The template does not exist' },
    });
    expect(await read(SEED.templateId)).toMatchObject({ status: 'ARCHIVED' });
    const send = {
      to: '+16505551234',
      type: 'template',
      template: { name: 'hello_world', language: { code: 'en_US' } },
    };
    expect((await client.send(send)).error).toMatchObject({ code: 132001 });
    expect((await act('unarchive', SEED.templateId)).json).toMatchObject({
      unarchived_templates: [SEED.templateId],
    });
    expect((await client.send(send)).status).toBe(200);
    await act('archive', SEED.templateId);
    await advance(29 * DAY_MS);
    expect((await client.get(`/${SEED.templateId}`)).error).toMatchObject({ error_subcode: 33 });
  });

  it('in many languages is made, and replaced, at once', async () => {
    const upsert = (languages: string[]) =>
      client.post(`/${SEED.wabaId}/upsert_message_templates`, {
        name: 'code',
        languages,
        category: 'AUTHENTICATION',
        components: [
          { type: 'BODY', add_security_recommendation: true },
          { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
        ],
      });
    const first = (await upsert(['en_US', 'de'])).json.data as JsonObject[];
    expect(first).toMatchObject([
      { language: 'en_US', status: 'PENDING' },
      { language: 'de', status: 'PENDING' },
    ]);
    const second = (await upsert(['de', 'fr'])).json.data as JsonObject[];
    expect(second[0]!.id).toBe(first[1]!.id);
    expect((await client.get(`${PATH}?name=code`)).json.data).toHaveLength(3);
  });

  it('moves to another account of the business, if it is approved and good', async () => {
    const target = client.control.createWaba({ name: 'New' });
    client.token = client.control.issueToken().token;
    const { id } = await create('bad_reject', 'Hello there, friend.');
    await client.control.advance(1000);
    const path = `/${target.id}/migrate_message_templates`;
    const { json } = await client.post(path, { source_waba_id: SEED.wabaId });
    expect(json).toMatchObject({
      migrated_templates: [expect.any(String)],
      failed_templates: { [id as string]: expect.any(String) },
    });
    expect((await client.get(`/${target.id}/message_templates?fields=name`)).json.data).toMatchObject([
      { name: 'hello_world' },
    ]);
    const { wabaId } = client.control.createTenant({ name: 'Other', displayPhoneNumber: '+1 555-010-0999' });
    expect((await client.post(path, { source_waba_id: wabaId })).error).toMatchObject({
      error_subcode: 2593079,
    });
  });

  it('takes only handles of finished uploads as samples, where that is on', async () => {
    client.control.configure({ review: { checksHandles: true } });
    const draft = (handle: string) => ({
      name: 'picture',
      language: 'en_US',
      category: 'UTILITY',
      components: [
        { type: 'HEADER', format: 'IMAGE', example: { header_handle: [handle] } },
        { type: 'BODY', text: 'Hello there, friend.' },
      ],
    });
    expect((await client.post(PATH, draft('4::made-up'))).error).toMatchObject({ error_subcode: 2388273 });
    const session = await client.post(`/${SEED.appId}/uploads?file_length=3&file_type=image/png`);
    const body = { body: 'abc', headers: { file_offset: '0', 'content-type': 'application/octet-stream' } };
    const { json } = await client.request('POST', `/${session.json.id as string}`, body);
    expect((await client.post(PATH, draft(json.h as string))).status).toBe(200);
  });

  describe('is counted', () => {
    const range = () => {
      const now = Math.floor(client.control.now() / 1000);
      return { start: now - 6 * 86_400, end: now + 86_400 };
    };

    beforeEach(async () => {
      for (const to of ['+16505551234', '+16505551235', '+4915112345678']) {
        await client.send({
          to,
          type: 'template',
          template: { name: 'hello_world', language: { code: 'en_US' } },
        });
      }
      client.control.playMessage({ from: '+16505551234' });
      await client.sendText('+16505551234');
      await client.control.advance(2000);
    });

    async function field(name: string, args: string): Promise<JsonObject> {
      const { start, end } = range();
      const path = `/${SEED.wabaId}?fields=${name}.start(${start}).end(${end})${args}`;
      return (await client.get(path)).json[name] as JsonObject;
    }

    it('in messages sent and delivered', async () => {
      const all = await field('analytics', '.granularity(DAY)');
      expect(all.data_points).toMatchObject([{ sent: 4, delivered: 4 }]);
      const some = await field(
        'analytics',
        '.granularity(HALF_HOUR).country_codes(["US"]).product_types([0])',
      );
      expect(some).toMatchObject({ country_codes: ['US'], data_points: [{ sent: 2, delivered: 2 }] });
    });

    it('in prices and conversations', async () => {
      const pricing = await field(
        'pricing_analytics',
        '.granularity(DAILY).dimensions(["PRICING_CATEGORY","PRICING_TYPE","COUNTRY"])',
      );
      const points = ((pricing.data as JsonObject[])[0]!.data_points as JsonObject[]).map(
        ({ country, pricing_category: category, pricing_type: type, volume, cost }) => [
          country,
          category,
          type,
          volume,
          cost,
        ],
      );
      expect(points).toEqual([
        ['US', 'UTILITY', 'REGULAR', 2, 0.02],
        ['DE', 'UTILITY', 'REGULAR', 1, 0.01],
        ['US', 'SERVICE', 'FREE_CUSTOMER_SERVICE', 1, 0],
      ]);
      const conversations = await field(
        'conversation_analytics',
        '.granularity(DAILY).dimensions(["COUNTRY"])',
      );
      expect((conversations.data as JsonObject[])[0]!.data_points).toMatchObject([
        { country: 'US', conversation: 2 },
        { country: 'DE', conversation: 1 },
        { country: 'US', conversation: 1 },
      ]);
    });

    it('by day, once that is switched on for good', async () => {
      const { start, end } = range();
      const path = `/${SEED.wabaId}/template_analytics?start=${start}&end=${end}&granularity=DAILY&template_ids=[${SEED.templateId}]`;
      expect((await client.get(path)).error).toMatchObject({ code: 200007 });
      await client.post(`/${SEED.wabaId}?is_enabled_for_insights=true`);
      expect((await client.get(path)).json.data).toMatchObject([
        { data_points: [{ template_id: SEED.templateId, sent: 3, delivered: 3, read: 3 }] },
      ]);
      expect((await client.post(`/${SEED.wabaId}?is_enabled_for_insights=false`)).error).toMatchObject({
        code: 200006,
      });
    });

    it('against another template', async () => {
      const { id } = await create('order', 'Your order has left.');
      const now = Math.floor(client.control.now() / 1000) + 60;
      const compare = (days: number) =>
        client.get(
          `/${SEED.templateId}/compare?template_ids=[${id as string}]&start=${now - days * 86_400}&end=${now}`,
        );
      expect((await compare(7)).json.data).toMatchObject([
        { metric: 'BLOCK_RATE', order_by_relative_metric: [SEED.templateId, id] },
        {
          metric: 'MESSAGE_SENDS',
          number_values: [
            { key: SEED.templateId, value: 3 },
            { key: id, value: 0 },
          ],
        },
        { metric: 'TOP_BLOCK_REASON' },
      ]);
      expect((await compare(8)).error).toMatchObject({ code: 100 });
    });
  });

  it('tells nobody who has not subscribed', async () => {
    const callback = await client.subscribe('messages');
    client.control.setTemplateQuality({ name: 'hello_world' }, 'RED');
    await client.control.waitUntilIdle();
    expect(itemsOf(callback, 'statuses')).toEqual([]);
    expect(callback.received).toEqual([]);
  });
});
