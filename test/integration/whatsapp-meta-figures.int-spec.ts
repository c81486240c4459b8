import { SEED } from '../../sandbox/world-seed';
import type { AccountId, AssetId } from '../../src/database/ids';
import { MetaFiguresPuller } from '../../src/whatsapp/meta-figures/meta-figures.puller';
import { MetaPullsScheduler } from '../../src/whatsapp/meta-figures/meta-pulls.scheduler';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { sandboxOf } from '../factories/meta-login';
import {
  type Messenger,
  aMessenger,
  helloWorld,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { pullFigures, pullRows, seriesRows, storedPoints } from '../factories/meta-figures.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

describe('Meta’s own WhatsApp figures', () => {
  let app: TestApp;
  let admin: ApiClient;
  let messenger: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    messenger = await aMessenger(app, admin);
    const { client } = messenger;
    for (let count = 0; count < 2; count++)
      await messageWhen(client, await sent(client, helloWorld()), withStatus('read'));
  });
  afterAll(async () => {
    await app.close();
  });
  it('are stored', async () => {
    await pullFigures(app, messenger.accountId);
    console.log(JSON.stringify(await pullRows(app, messenger.accountId), null, 1));
    console.log(JSON.stringify(await seriesRows(app, messenger.accountId), null, 1));
    console.log(JSON.stringify(await storedPoints(app, messenger.accountId), null, 1));
    console.log(sandboxOf(app).calls({ method: 'GET', path: new RegExp(SEED.wabaId) }).map((c) => `${c.status} ${c.path} ${c.query.fields}`).join('\n'));
    console.log((await messenger.client.get('/api/meta/analytics/costs')).text);
    console.log((await messenger.client.get('/api/meta/analytics/costs?format=csv')).text);
    void eventually; void MetaFiguresPuller; void MetaPullsScheduler;
    const a: AccountId | AssetId | null = null; void a;
  });
});
