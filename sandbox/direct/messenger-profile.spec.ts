import type { JsonObject } from '../json';
import { dataOf, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

const PATH = '/me/messenger_profile';

describe('the Messenger profile', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
    client.control.configure({ messaging: { profileCallsPerTenMinutes: 0 } });
  });
  afterEach(() => client.close());

  const button = { get_started: { payload: 'START' } };
  const item = { type: 'postback', title: 'Orders', payload: 'ORDERS' };
  const menu = { persistent_menu: [{ locale: 'default', call_to_actions: [item] }] };
  const question = { question: 'Open today?', payload: 'HOURS' };

  it('is set part by part, read and taken away', async () => {
    const greeting = { greeting: [{ locale: 'default', text: 'Hello' }] };
    expect((await client.post(PATH, { ...button, ...menu })).json).toEqual({ result: 'success' });
    await client.post(PATH, { ...greeting, whitelisted_domains: ['https://shop.example/'] });
    const fields = 'get_started,greeting,persistent_menu,ice_breakers,whitelisted_domains';
    expect(dataOf(await client.get(`${PATH}?fields=${fields}`))).toEqual([
      { ...button, ...menu, ...greeting, whitelisted_domains: ['https://shop.example/'] },
    ]);
    expect((await client.delete(`${PATH}?fields=get_started`)).error).toMatchObject({
      code: 100,
      error_subcode: 2018145,
    });
    const gone = await client.delete(`${PATH}?fields=get_started,persistent_menu`);
    expect(gone.json).toEqual({ result: 'success' });
    expect(client.control.messengerProfile()).toEqual({
      ...greeting,
      whitelisted_domains: ['https://shop.example/'],
    });
    expect(dataOf(await client.get(`${PATH}?fields=get_started`))).toEqual([]);
  });

  it('is another one for Instagram, by both ways in', async () => {
    const questions = { ice_breakers: [question] };
    expect((await client.post(`${PATH}?platform=instagram`, questions)).status).toBe(200);
    const own = await client.get(`${PATH}?fields=ice_breakers`, client.instagramToken);
    expect(dataOf(own)).toEqual([questions]);
    expect(dataOf(await client.get(`${PATH}?fields=ice_breakers`))).toEqual([]);
    expect((await client.post(`${PATH}?platform=instagram`, button)).error).toMatchObject({ code: 100 });
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['a menu without button', menu],
    ['a button without payload', { get_started: {} }],
    ['a greeting that is too long', { greeting: [{ locale: 'default', text: 'x'.repeat(161) }] }],
    ['a greeting for one language only', { greeting: [{ locale: 'en_US', text: 'Hello' }] }],
    ['five questions', { ice_breakers: Array.from({ length: 5 }, () => question) }],
    ['a domain that is none', { whitelisted_domains: ['shop.example'] }],
    [
      'a menu of nothing',
      { ...button, persistent_menu: [{ locale: 'default', call_to_actions: [{ type: 'nested' }] }] },
    ],
  ])('cannot be %s', async (_what, body) => {
    expect((await client.post(PATH, body)).error).toMatchObject({ code: 100 });
    expect(client.control.messengerProfile()).toEqual({});
  });

  it('takes ten calls in ten minutes, known fields and the permission', async () => {
    expect((await client.get(PATH)).error).toMatchObject({ code: 100 });
    expect((await client.get(`${PATH}?fields=mood`)).error).toMatchObject({ code: 100 });
    const weak = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_show_list'] }).token;
    expect((await client.get(`${PATH}?fields=greeting`, weak)).error).toMatchObject({ code: 10 });
    client.control.configure({ messaging: { profileCallsPerTenMinutes: 10 } });
    for (let n = 0; n < 10; n++) expect((await client.post(PATH, button)).status).toBe(200);
    expect((await client.post(PATH, button)).error).toMatchObject({ code: 613 });
    await client.control.advance(600_000);
    expect((await client.post(PATH, button)).status).toBe(200);
  });
});
