import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { Sandbox } from '../../sandbox/sandbox';
import type { ApiClient } from '../api-client';
import { chromiumFile, launchBrowser } from '../browser';
import { eventually } from '../eventually';
import { TcpProxy } from '../tcp-proxy';
import { type TestApp, TEST_APP_ID, freePort, startTestApp } from '../test-app';

const CUSTOMER = { phone: '+491701234567', name: 'ليلى' };
const ADMIN = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
const WAIT_MS = 30_000;
const executable = chromiumFile();

/** The example under examples/inbox-page as a person meets it, with the sandbox behind the service. */
const inBrowser = executable === undefined ? describe.skip : describe;
inBrowser(
  `the inbox page in a browser${executable === undefined ? ' (not run: there is no Chromium)' : ''}`,
  () => {
    let app: TestApp;
    let sandbox: Sandbox;
    let admin: ApiClient;
    let line: TcpProxy;
    let page: Page;
    let accountId: string;
    const complaints: string[] = [];
    const closers: (() => unknown)[] = [];

    beforeAll(async () => {
      const port = await freePort();
      const address = `http://localhost:${port}`;
      app = await startTestApp({
        sandbox: true,
        env: { CORS_ORIGINS: address, OAUTH_REDIRECT_URIS: `${address}/` },
      });
      closers.unshift(() => app.close());
      if (app.sandbox === undefined) throw new Error('There is no sandbox.');
      sandbox = app.sandbox;
      admin = app.api.as(await app.api.registerAdmin(ADMIN));
      line = await TcpProxy.to(app.url);
      closers.unshift(() => line.cut());
      const server = spawn(process.execPath, [resolve('examples/inbox-page/serve.mjs')], {
        env: {
          PATH: process.env.PATH ?? '',
          PAGE_PORT: String(port),
          API_URL: new URL(line.urlFor(app.url)).origin,
          META_APP_ID: TEST_APP_ID,
          META_SIGNUP_CONFIG_ID: '300',
          META_SDK_URL: `${sandbox.url}/en_US/sdk.js`,
        },
        stdio: 'ignore',
      });
      closers.unshift(() => server.kill('SIGTERM'));
      await eventually(
        () =>
          fetch(address).then(
            ({ status }) => status,
            () => 0,
          ),
        (status) => status === 200,
        { timeoutMs: WAIT_MS },
      );
      const browser = await launchBrowser(executable ?? '');
      closers.unshift(() => browser.close());
      page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
      page.setDefaultTimeout(WAIT_MS);
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
    }, 180_000);

    afterAll(async () => {
      for (const close of closers) await close();
    });

    const conversations = () => page.locator('#conversations button');
    const messages = () => page.locator('#messages li');
    const texts = (): Promise<string[]> => page.locator('#messages li p').allTextContents();
    const says = (selector: string, text: string | RegExp): Promise<void> =>
      page.locator(selector).filter({ hasText: text }).first().waitFor();

    it('logs in, and says so when the password is wrong', async () => {
      await page.getByLabel('Email').fill(ADMIN.email);
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Log in' }).click();
      await says('[role=alert]', 'the password is wrong');
      await page.getByLabel('Password').fill(ADMIN.password);
      await page.keyboard.press('Enter');
      await says('#connection', 'Live');
      expect(await page.getByRole('alert').textContent()).toBe('');
    });

    it('connects an account through the dialog, and comes back without the code in the address', async () => {
      await page.getByRole('button', { name: 'Connect with Facebook' }).click();
      await page.getByRole('button', { name: 'Continue as Dana Demo' }).click();
      await says('#accounts li', 'Dana Demo (active)');
      await says('#connection', 'Live');
      expect(new URL(page.url()).search).toBe('');
    });

    it('connects WhatsApp by Embedded Signup, in a window of its own', async () => {
      sandbox.control.createTenant({ name: 'Second Shop', displayPhoneNumber: '+1 555-078-4000' });
      const [cancelled] = await Promise.all([
        page.waitForEvent('popup'),
        page.getByRole('button', { name: 'Connect WhatsApp' }).click(),
      ]);
      await cancelled.getByRole('button', { name: 'Cancel' }).click();
      await says('#connect-state', 'not finished');
      const [popup] = await Promise.all([
        page.waitForEvent('popup'),
        page.getByRole('button', { name: 'Connect WhatsApp' }).click(),
      ]);
      await popup.getByRole('button', { name: 'Continue as Second Shop Owner' }).click();
      await says('#connect-state', 'WhatsApp is connected');
      await eventually(
        () => page.locator('#accounts li').count(),
        (count) => count === 2,
        { timeoutMs: WAIT_MS },
      );
    });

    it('shows what a customer writes without being loaded again', async () => {
      const { data } = await admin
        .get<{ accounts: { id: string; loginKind: string }[] }>('/api/meta/auth/accounts')
        .then(({ body }) => body);
      accountId = data.accounts.find(({ loginKind }) => loginKind === 'facebook')?.id ?? '';
      await admin.get(`/api/meta/whatsapp/account?accountId=${accountId}`);
      const configured = await admin.post('/api/meta/webhook/configure', {
        accountId,
        verifyToken: 'a-verify-token-of-our-own',
        fields: { messages: true },
      });
      expect(configured.status).toBe(200);
      await page.evaluate('window.notLoadedAgain = true');
      sandbox.control.playMessage({ from: CUSTOMER, content: { body: 'أين طلبي؟' } });
      await says('#conversations button', CUSTOMER.name);
      expect(await page.locator('#conversations .unread').textContent()).toBe('1');
      await conversations().first().click();
      await says('#messages li', 'أين طلبي؟');
      expect(await page.evaluate('getComputedStyle(document.querySelector("#messages p")).direction')).toBe(
        'rtl',
      );
      await eventually(
        () => page.locator('#conversations .unread').count(),
        (count) => count === 0,
        { timeoutMs: WAIT_MS },
      );
      expect(await page.evaluate('window.notLoadedAgain')).toBe(true);
    });

    it('sends an answer by the keyboard alone, whose ticks change', async () => {
      await page.getByLabel('Your reply').fill('It left our warehouse this morning.');
      await page.keyboard.press('Enter');
      await says('#messages li.outbound', '✓✓ read');
      expect(await texts()).toEqual(['أين طلبي؟', 'It left our warehouse this morning.']);
      expect(await page.getByLabel('Your reply').inputValue()).toBe('');
    });

    it('goes on after a lost connection: nothing lost, nothing twice', async () => {
      await line.cut();
      await says('#connection', 'is lost');
      const missed = ['one', 'two', 'three'];
      for (const body of missed) sandbox.control.playMessage({ from: CUSTOMER, content: { body } });
      await eventually(
        () => admin.get<{ conversations: { lastMessagePreview: string }[] }>('/api/meta/conversations'),
        ({ body }) => missed.includes(body.data.conversations[0]?.lastMessagePreview ?? ''),
        { timeoutMs: WAIT_MS },
      );
      await line.restore();
      await says('#connection', 'Live');
      await eventually(
        () => messages().count(),
        (count) => count >= 5,
        { timeoutMs: WAIT_MS },
      );
      sandbox.control.playMessage({ from: CUSTOMER, content: { body: 'four' } });
      await says('#messages li', 'four');
      expect((await texts()).slice(2).sort()).toEqual([...missed, 'four'].sort());
      expect(await page.evaluate('window.notLoadedAgain')).toBe(true);
    });

    it('says where only a template can be sent', async () => {
      const sent = await admin.post('/api/meta/whatsapp/messages', {
        accountId,
        to: '+491709876543',
        type: 'template',
        template: { name: 'hello_world', language: { code: 'en_US' } },
      });
      expect(sent.status).toBe(202);
      await says('#conversations button', '491709876543');
      await conversations().filter({ hasText: '491709876543' }).click();
      await says('#window', 'only templates can be sent');
      expect(await page.getByLabel('Your reply').isDisabled()).toBe(true);
    });

    it('never let a script fail', async () => {
      if (process.env.TEST_SCREENSHOT !== undefined) {
        await conversations().filter({ hasText: CUSTOMER.name }).click();
        await says('#messages li', 'four');
        await page.screenshot({ path: process.env.TEST_SCREENSHOT, fullPage: true });
      }
      expect(complaints).toEqual([]);
    });
  },
);
