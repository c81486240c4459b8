import type { JsonObject } from '../json';
import { changesOf, TestClient, type Answer } from '../test-client';
import { SEED } from '../world-seed';

const PATH = `/${SEED.wabaId}/message_templates`;
const DAY_MS = 86_400_000;

function body(text: string, ...examples: string[]): JsonObject {
  return { type: 'BODY', text, ...(examples.length > 0 && { example: { body_text: [examples] } }) };
}

describe('templates', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  function create(name: string, components: JsonObject[], more: JsonObject = {}): Promise<Answer> {
    return client.post(PATH, { name, language: 'en_US', category: 'UTILITY', components, ...more });
  }

  async function approved(name: string): Promise<string> {
    const { json } = await create(name, [body('Hi {{1}}, your order left.', 'Ana')]);
    await client.control.advance(200);
    return json.id as string;
  }

  describe('creation', () => {
    it('answers PENDING, reviews, and tells the verdict with the id as number', async () => {
      const callback = await client.subscribe();
      const { json } = await create('order_update', [{ type: 'body', text: 'Your order left.' }]);
      expect(json).toEqual({
        id: expect.stringMatching(/^\d{15,17}$/),
        status: 'PENDING',
        category: 'UTILITY',
      });
      await client.control.advance(500);
      expect((await client.get(`/${json.id as string}?fields=status,components`)).json).toEqual({
        id: json.id,
        status: 'APPROVED',
        components: [{ type: 'BODY', text: 'Your order left.' }],
      });
      expect(changesOf(callback)).toEqual([
        {
          field: 'message_template_status_update',
          value: {
            event: 'APPROVED',
            message_template_id: Number(json.id),
            message_template_name: 'order_update',
            message_template_language: 'en_US',
            reason: 'NONE',
            message_template_category: 'UTILITY',
          },
        },
      ]);
    });

    it('rejects by rule, with the reason', async () => {
      const callback = await client.subscribe();
      const { json } = await create('please_reject_me', [body('Hello there.')]);
      await client.control.advance(500);
      expect((await client.get(`/${json.id as string}?fields=status,rejected_reason`)).json).toMatchObject({
        status: 'REJECTED',
        rejected_reason: 'INVALID_FORMAT',
      });
      expect(changesOf(callback)[0]!.value).toMatchObject({ event: 'REJECTED', reason: 'INVALID_FORMAT' });
    });

    it('waits for the control API where reviews are off', async () => {
      client.control.configure({ review: { mode: 'none' } });
      const { json } = await create('waiting', [body('Hello there.')]);
      await client.control.advance(DAY_MS);
      client.control.setTemplateStatus({ templateId: json.id as string }, { status: 'APPROVED' });
      const { token } = client.control.issueToken();
      expect((await client.get(`/${json.id as string}?fields=status`, token)).json).toMatchObject({
        status: 'APPROVED',
      });
    });

    const NAMED = {
      type: 'BODY',
      text: 'Hi {{first_name}}, order {{order_id}} left.',
      example: {
        body_text_named_params: [
          { param_name: 'first_name', example: 'Ana' },
          { param_name: 'order_id', example: '8' },
        ],
      },
    };

    it.each<[string, JsonObject[], JsonObject]>([
      ['named variables', [NAMED], { parameter_format: 'NAMED' }],
      [
        'every common component',
        [
          { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW1hZ2U='] } },
          body('Hi {{1}}, order {{2}} left.', 'Ana', '8'),
          { type: 'FOOTER', text: 'Reply STOP to end' },
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: 'Stop' },
              { type: 'URL', text: 'Track', url: 'https://a.b/{{1}}', example: ['https://a.b/8'] },
              { type: 'PHONE_NUMBER', text: 'Call', phone_number: '15550051310' },
            ],
          },
        ],
        {},
      ],
      [
        'a one-time password',
        [
          { type: 'BODY', add_security_recommendation: true },
          { type: 'FOOTER', code_expiration_minutes: 10 },
          { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy' }] },
        ],
        { category: 'AUTHENTICATION' },
      ],
    ])('takes %s', async (_what, components, more) => {
      expect((await create('fine', components, more)).status).toBe(200);
    });

    it.each<[string, number | undefined, JsonObject[], JsonObject]>([
      ['a name in capitals', undefined, [body('Hello there.')], { name: 'Order' }],
      ['a name too long', 2388040, [body('Hello there.')], { name: 'x'.repeat(513) }],
      ['no category', undefined, [body('Hello there.')], { category: 'SPAM' }],
      ['a language that is none', undefined, [body('Hello there.')], { language: 'english' }],
      ['no body', 2388043, [{ type: 'FOOTER', text: 'Bye' }], {}],
      ['a body too long', 2388040, [body('x'.repeat(1025))], {}],
      ['a variable at the start', 2388299, [body('{{1}} has left.', 'x')], {}],
      ['a variable at the end', 2388299, [body('Your order {{1}}', 'x')], {}],
      ['variables side by side', 2388072, [body('Hi {{1}} {{2}} there, friend.', 'x', 'y')], {}],
      ['too many variables', 2388293, [body('a {{1}}, {{2}}, {{3}}.', 'x', 'y', 'z')], {}],
      ['variables out of order', 2388072, [body('Hi {{2}}, good morning.', 'x')], {}],
      ['a variable without example', 2388043, [body('Hi {{1}}, good morning.')], {}],
      ['an unknown header format', 2388047, [{ type: 'HEADER', format: 'SOUND' }, body('Hello there.')], {}],
      [
        'a header too long',
        2388040,
        [{ type: 'HEADER', format: 'TEXT', text: 'x'.repeat(61) }, body('Hello there.')],
        {},
      ],
      ['media without sample', 2388273, [{ type: 'HEADER', format: 'IMAGE' }, body('Hello there.')], {}],
      ['a footer with variable', 2388073, [body('Hello there.'), { type: 'FOOTER', text: 'Hi {{1}}' }], {}],
      ['a unknown component', undefined, [{ type: 'SIDEBAR' }, body('Hello there.')], {}],
      ['own text in a password', 2388072, [body('Your code')], { category: 'AUTHENTICATION' }],
      [
        'quick replies apart',
        2388060,
        [
          body('Hello there.'),
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: 'A' },
              { type: 'PHONE_NUMBER', text: 'B', phone_number: '+15550051310' },
              { type: 'QUICK_REPLY', text: 'C' },
            ],
          },
        ],
        {},
      ],
      [
        'three links',
        undefined,
        [
          body('Hello there.'),
          {
            type: 'BUTTONS',
            buttons: ['A', 'B', 'C'].map((text) => ({ type: 'URL', text, url: 'https://a.b' })),
          },
        ],
        {},
      ],
      ['a lifetime out of range', undefined, [body('Hello there.')], { message_send_ttl_seconds: 10 }],
    ])('refuses %s', async (_what, subcode, components, more) => {
      const answer = await create('order', components, more);
      expect(answer.status).toBe(400);
      expect(answer.error.code).toBe(100);
      expect(answer.error.error_subcode).toBe(subcode);
    });

    it('knows no two of the same name and language, but the same name in another', async () => {
      await approved('order');
      expect((await create('order', [body('Hello there.')])).error).toMatchObject({ error_subcode: 2388024 });
      expect((await create('order', [body('Hallo zusammen.')], { language: 'de' })).status).toBe(200);
    });

    it('stops at the limits of the account', async () => {
      const small = client.control.createWaba({ name: 'Small', templateLimit: 1 });
      const { token } = client.control.issueToken();
      const path = `/${small.id}/message_templates`;
      const draft = { language: 'en', category: 'UTILITY', components: [body('Hello there.')] };
      expect((await client.post(path, { name: 'a', ...draft }, token)).status).toBe(200);
      expect((await client.post(path, { name: 'b', ...draft }, token)).error).toMatchObject({
        error_subcode: 2388019,
      });
    });
  });

  describe('the list', () => {
    it('filters and selects', async () => {
      await approved('order_one');
      await create('order_two_reject', [body('Hello there.')], { category: 'MARKETING', language: 'de' });
      await client.control.advance(500);
      const names = async (query: string) => {
        const { json } = await client.get(`${PATH}?fields=name&${query}`);
        return (json.data as { name: string }[]).map(({ name }) => name);
      };
      expect(await names('')).toEqual(['hello_world', 'order_one', 'order_two_reject']);
      expect(await names('status=REJECTED')).toEqual(['order_two_reject']);
      expect(await names('category=UTILITY&language=en_US')).toEqual(['hello_world', 'order_one']);
      expect(await names('name=order')).toEqual(['order_one', 'order_two_reject']);
      expect(await names('name_or_content=Welcome')).toEqual(['hello_world']);
    });
  });

  describe('editing', () => {
    it('replaces the components and starts a new review', async () => {
      const id = await approved('order');
      const edit = await client.post(`/${id}`, { components: [body('Hello again, my friend.')] });
      expect(edit.json).toMatchObject({ success: true });
      expect((await client.get(`/${id}?fields=status,components`)).json).toMatchObject({
        status: 'PENDING',
        components: [{ type: 'BODY', text: 'Hello again, my friend.' }],
      });
    });

    it('is refused while pending, twice a day, and for the category of an approved one', async () => {
      client.control.configure({ review: { delayMs: 60_000 } });
      const { json } = await create('order', [body('Hello there.')]);
      const path = `/${json.id as string}`;
      const edit = () => client.post(path, { components: [body('Hello again, my friend.')] });
      expect((await edit()).error).toMatchObject({ code: 100, error_subcode: 2388003 });
      await client.control.advance(60_001);
      expect((await client.post(path, { category: 'MARKETING' })).error).toMatchObject({
        error_subcode: 2388025,
      });
      expect((await edit()).status).toBe(200);
      await client.control.advance(60_001);
      expect((await edit()).error).toMatchObject({ error_subcode: 2388027 });
    });
  });

  describe('deletion', () => {
    it('by name takes every language, and blocks the name for 30 days', async () => {
      await approved('order');
      await create('order', [body('Hallo zusammen.')], { language: 'de' });
      expect((await client.delete(`${PATH}?name=order`)).json).toEqual({ success: true });
      expect((await client.get(`${PATH}?name=order`)).json.data).toEqual([]);
      expect((await create('order', [body('Hello there.')])).error).toMatchObject({ error_subcode: 2388023 });
      await client.control.advance(31 * DAY_MS);
      client.token = client.control.issueToken().token;
      expect((await create('order', [body('Hello there.')])).status).toBe(200);
    });

    it('by id and name takes one language', async () => {
      const id = await approved('order');
      await create('order', [body('Hallo zusammen.')], { language: 'de' });
      expect((await client.delete(`${PATH}?hsm_id=${id}&name=order`)).json).toEqual({ success: true });
      expect((await client.get(`${PATH}?name=order&fields=language`)).json.data).toMatchObject([
        { language: 'de' },
      ]);
    });

    it('refuses unknown names, disabled templates and a missing name', async () => {
      const id = await approved('order');
      client.control.setTemplateStatus({ templateId: id }, { status: 'DISABLED' });
      expect((await client.delete(`${PATH}?name=order`)).error).toMatchObject({ code: 100 });
      expect((await client.delete(`${PATH}?name=nothing`)).error).toMatchObject({ error_subcode: 2593002 });
      expect((await client.delete(`${PATH}?hsm_id=${id}`)).error).toMatchObject({ code: 100 });
    });
  });

  it('tells pauses, category changes and quality by webhook', async () => {
    const callback = await client.subscribe(
      'message_template_status_update,template_category_update,message_template_quality_update',
    );
    client.control.setTemplateStatus({ name: 'hello_world' }, { status: 'PAUSED' });
    client.control.setTemplateCategory({ name: 'hello_world' }, 'MARKETING');
    client.control.setTemplateQuality({ name: 'hello_world' }, 'YELLOW');
    await client.control.waitUntilIdle();
    expect(changesOf(callback)).toMatchObject([
      { value: { event: 'PAUSED', other_info: { title: 'FIRST_PAUSE' } } },
      {
        field: 'template_category_update',
        value: { previous_category: 'UTILITY', new_category: 'MARKETING' },
      },
      { field: 'message_template_quality_update', value: { new_quality_score: 'YELLOW' } },
    ]);
  });
});
