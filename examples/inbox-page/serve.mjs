// npm run example:inbox
import { buildClientIfNeeded } from '../../scripts/client-build.mjs';
import { say } from '../../scripts/progress.mjs';
import { runCommand } from '../../scripts/shutdown.mjs';
import { servePage } from './page-server.mjs';

const { env } = process;
const settings = {
  apiUrl: env.API_URL ?? 'http://localhost:3000',
  metaAppId: env.META_APP_ID ?? '',
  signupConfigId: env.META_SIGNUP_CONFIG_ID ?? '',
  sdkUrl: env.META_SDK_URL ?? 'https://connect.facebook.net/en_US/sdk.js',
  graphVersion: env.META_GRAPH_VERSION ?? 'v26.0',
};

await runCommand(async () => {
  await buildClientIfNeeded();
  const { url } = await servePage({ settings: () => settings, port: Number(env.PAGE_PORT ?? 8080) });
  say(`The inbox page is at ${url}, for the service at ${settings.apiUrl}.`);
  say(`The service has to know it: CORS_ORIGINS=${url} OAUTH_REDIRECT_URIS=${url}/`);
  return new Promise(() => undefined);
});
