import { SEED } from '../../sandbox/world-seed';
import { type ConnectedAnswer, sandboxOf } from '../factories/meta-login';
import { startTestApp } from '../test-app';

const CONNECT = '/api/meta/auth/connect';

interface UrlAnswer {
  url: string;
  state: string;
}

describe('connecting a Meta account', () => {
  const problem = (answer: { status: number; body: { error: { code: string; details: unknown } } }) => ({
    status: answer.status,
    code: answer.body.error.code,
    details: answer.body.error.details,
  });

  it('has dialogs for Login for Business and Instagram where they are set up', async () => {
    const configured = await startTestApp({
      sandbox: true,
      env: {
        META_CONFIG_ID: '987654321',
        INSTAGRAM_APP_ID: '55501',
        INSTAGRAM_APP_SECRET: 'instagram-secret',
        OAUTH_REDIRECT_URIS: '',
      },
    });
    try {
      const user = configured.api.as(await configured.api.registerAdmin());
      const query = `redirectUri=${encodeURIComponent('http://localhost:5173/back')}`;
      const business = await user.get<UrlAnswer>(`/api/meta/auth/url?${query}&rerequest=true`);
      const parameters = new URL(business.body.data.url).searchParams;
      expect(Object.fromEntries(parameters)).toMatchObject({
        config_id: '987654321',
        override_default_response_type: 'true',
        auth_type: 'rerequest',
      });
      expect(parameters.has('scope')).toBe(false);

      const sandbox = sandboxOf(configured);
      sandbox.createApp({ appId: '55501', appSecret: 'instagram-secret' });
      const instagram = await user.get<UrlAnswer>(`/api/meta/auth/url?${query}&platform=instagram`);
      const dialog = new URL(instagram.body.data.url);
      expect(dialog.pathname).toBe('/oauth/authorize');
      expect(dialog.searchParams.get('client_id')).toBe('55501');
      const { code } = sandbox.issueCode({
        appId: '55501',
        redirectUri: 'http://localhost:5173/back',
        instagramId: SEED.instagramId,
        scopes: ['instagram_business_basic', 'instagram_business_manage_messages'],
      });
      const answer = await user.post<ConnectedAnswer>(CONNECT, {
        code: `${code}#_`,
        redirectUri: 'http://localhost:5173/back',
        state: instagram.body.data.state,
      });
      expect(answer.body).toMatchObject({
        data: {
          status: 'connected',
          permissions: expect.arrayContaining([
            'instagram_business_basic',
            'instagram_business_manage_messages',
          ]),
        },
      });
      const status = await user.get('/api/meta/auth/status');
      expect(status.body.data).toMatchObject({
        platforms: { whatsapp: false, facebook: false, instagram: true },
      });
      for (const uri of ['http://app.example.com/', 'https://a:b@example.com/', 'https://example.com/#x']) {
        const refused = await user.get(`/api/meta/auth/url?redirectUri=${encodeURIComponent(uri)}`);
        expect(problem(refused)).toMatchObject({
          status: 400,
          details: { fields: [{ path: 'redirectUri' }] },
        });
      }
    } finally {
      await configured.close();
    }
  });
});
