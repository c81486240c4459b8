import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { ANA, A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { Follower } from '../realtime-follower';
import { deliver } from '../signed-webhook';
import { type TestApp, freePort, startTestApp } from '../test-app';

const CONFIGURATION = join(__dirname, '../../deploy/proxy/Caddyfile');
const isInstalled = spawnSync('caddy', ['version']).status === 0;

jest.setTimeout(120_000);

/** The proxy of docker-compose.yml, where it is installed; elsewhere the name of the test says that it was not run. */
const behindProxy = isInstalled ? describe : describe.skip;
behindProxy(isInstalled ? 'behind Caddy' : 'behind Caddy (not run: caddy is not installed)', () => {
  let app: TestApp;
  let caddy: ChildProcess;
  let url: string;
  let api: ApiClient;
  let folder: string;
  beforeAll(async () => {
    app = await startTestApp();
    url = `http://127.0.0.1:${await freePort()}`;
    api = new ApiClient(url);
    folder = mkdtempSync(join(tmpdir(), 'caddy-'));
    caddy = spawn('caddy', ['run', '--config', CONFIGURATION, '--adapter', 'caddyfile'], {
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        SITE_ADDRESS: url,
        UPSTREAMS: new URL(app.url).host,
      },
      stdio: 'ignore',
    });
    await eventually(
      () =>
        api.get('/health/ready').then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
    );
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => caddy.once('exit', resolve));
    caddy.kill();
    await ended;
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('takes in webhooks byte by byte, large ones too, and refuses what is not signed', async () => {
    const body = JSON.stringify(
      aMessagesChange(A_CHANNEL, { contacts: [ANA], messages: [aTextMessage('Öffnet ihr \u{1F34D}?')] }),
    );
    expect((await deliver(api, body)).status).toBe(200);
    expect((await deliver(api, body, { signature: 'sha256=00' })).status).toBe(401);
    const large = JSON.stringify({ object: 'x', entry: [], filler: 'y'.repeat(2_500_000) });
    expect((await deliver(api, large)).status).toBe(200);
    expect((await deliver(api, JSON.stringify({ filler: 'y'.repeat(3_500_000) }))).status).toBe(413);
  });

  it('pushes live updates through WebSockets, and by polling where there are none', async () => {
    const user = await api.registerAdmin();
    for (const transports of [['websocket'], ['polling']] as const) {
      const follower = new Follower(user.accessToken);
      expect(await follower.connect(url, { transports: [...transports] })).toBeDefined();
      follower.drop();
    }
  });

  it('hides the metrics, and does not believe what clients claim their address to be', async () => {
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        api
          .with({ 'x-forwarded-for': `203.0.113.${index}` })
          .post('/api/auth/login', { email: 'nobody@example.com', password: 'a-wrong-password-1' }),
      ),
    );
    // Each of its own address would never reach the limit of one address.
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  });
});
