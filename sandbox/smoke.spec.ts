import http from 'node:http';
import { startSandbox } from './sandbox';
import { SEED } from './world-seed';

it('runs the main job', async () => {
  const got: string[] = [];
  const receiver = http.createServer((req, res) => {
    const url = new URL(req.url!, 'http://x');
    let body = '';
    req.on('data', (c) => (body += c));
    req.on('end', () => {
      if (req.method === 'POST') got.push(body);
      res.end(url.searchParams.get('hub.challenge') ?? '');
    });
  });
  await new Promise<void>((r) => receiver.listen(0, r));
  const cb = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/cb`;
  const s = await startSandbox();
  const v = `${s.url}/v26.0`;
  const j = async (p: Promise<Response>) => { const r = await p; const t = await r.text(); console.log(r.status, t.slice(0, 600)); return JSON.parse(t); };
  const { code } = s.control.issueCode({ redirectUri: 'https://x/cb' });
  const tok = await j(fetch(`${v}/oauth/access_token?client_id=${SEED.appId}&client_secret=${SEED.appSecret}&redirect_uri=${encodeURIComponent('https://x/cb')}&code=${code}`));
  const t = tok.access_token;
  const H = { authorization: `Bearer ${t}`, 'content-type': 'application/json' };
  await j(fetch(`${v}/debug_token?input_token=${t}&access_token=${SEED.appId}|${SEED.appSecret}`));
  await j(fetch(`${v}/me?fields=id,name,businesses{id,name,owned_whatsapp_business_accounts{id,phone_numbers{id,display_phone_number}}}`, { headers: H }));
  await j(fetch(`${v}/me/whatsapp_business_accounts`, { headers: H }));
  await j(fetch(`${v}/${SEED.wabaId}/subscribed_apps`, { method: 'POST', headers: H }));
  await j(fetch(`${v}/${SEED.appId}/subscriptions`, { method: 'POST', body: new URLSearchParams({ object: 'whatsapp_business_account', callback_url: cb, verify_token: 'v', fields: 'messages,message_template_status_update', access_token: `${SEED.appId}|${SEED.appSecret}` }) }));
  await j(fetch(`${v}/${SEED.wabaId}/message_templates`, { method: 'POST', headers: H, body: JSON.stringify({ name: 'order_update', language: 'en_US', category: 'UTILITY', components: [{ type: 'body', text: 'Hi {{1}}, your order is ready.', example: { body_text: [['Ana']] } }] }) }));
  await s.control.advance(1000);
  s.control.playMessage({ from: '+16505551234', content: { body: 'Hé/llo' } });
  await s.control.advance(100);
  await j(fetch(`${v}/${SEED.phoneNumberId}/messages`, { method: 'POST', headers: H, body: JSON.stringify({ messaging_product: 'whatsapp', to: '+16505551234', type: 'template', template: { name: 'order_update', language: { code: 'en_US' }, components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }] } }) }));
  await s.control.waitUntilIdle();
  console.log(got.join('\n'));
  console.log(s.control.deliveries().map((d) => d.state + d.attempts.length).join());
  await s.close();
  receiver.close();
}, 20000);
