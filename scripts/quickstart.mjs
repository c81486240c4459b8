// npm run quickstart: from a fresh clone to a running service that has just done its main job once.
// Options: --exit ends after the demonstration, with exit code 0 when all of it worked (so does CI=true).
import './node-version.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { startServer, tailOf, untilReady } from './child-processes.mjs';
import { walk } from './demo-walk.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { startKeptServices } from './local-services.mjs';
import { takeLock } from './lock-file.mjs';
import { freePort } from './ports.mjs';
import { Problem } from './problem.mjs';
import { isStillRunning, rememberServer, stopRememberedServer } from './process-identity.mjs';
import { bold, say, step } from './progress.mjs';
import { ensureFolder, insideProject, localFolder } from './project-folder.mjs';
import { keptSettings, loadEnvFile } from './quickstart-settings.mjs';
import { customerMessage } from './sandbox-client.mjs';
import { assertNotStopping, runCommand } from './shutdown.mjs';

const { env } = process;
const logFile = (name) => path.join(ensureFolder(path.join(localFolder, 'logs'), 0o700), `${name}.log`);

async function portFor(what, wanted, host) {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535)
    throw new Problem(`${what}: not a port number.`);
  const port = await freePort(wanted, host);
  if (port !== wanted) say(`  Port ${wanted} is taken; ${what} uses ${port} instead.`);
  return port;
}

async function startSandbox({ sandboxApp }) {
  await stopRememberedServer('sandbox', 'SIGTERM');
  const port = await portFor('the Graph sandbox', Number(env.SANDBOX_PORT ?? 4010));
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer(process.execPath, [insideProject('dist', 'sandbox', 'main.js')], {
    env: {
      ...env,
      SANDBOX_PORT: String(port),
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_APP_ID: sandboxApp.id,
      SANDBOX_APP_SECRET: sandboxApp.secret,
    },
    logFile: logFile('sandbox'),
  });
  rememberServer('sandbox', server);
  const probe = () =>
    fetch(`${url}/__control/now`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await untilReady(server, probe, { what: 'The Graph sandbox', timeoutMs: 30_000 });
  return { server, url };
}

function serviceEnvironment({ kept, services, sandbox, host, port, publicUrl, redirectUri }) {
  const sandboxApp = sandbox && {
    META_APP_ID: kept.sandboxApp.id,
    META_APP_SECRET: kept.sandboxApp.secret,
    META_GRAPH_URL: sandbox.url,
    META_OAUTH_URL: sandbox.url,
    OAUTH_REDIRECT_URIS: [redirectUri, env.OAUTH_REDIRECT_URIS].filter(Boolean).join(','),
  };
  const ownLogin = env.AUTH_JWKS_URL ?? env.AUTH_JWT_SECRET;
  return {
    ENCRYPTION_KEYS: kept.encryptionKeys,
    ...(ownLogin === undefined ? { JWT_SECRET: kept.jwtSecret } : {}),
    ...env,
    ...sandboxApp,
    HOST: host,
    PORT: String(port),
    PUBLIC_URL: publicUrl,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
  };
}

async function startService(settings) {
  const server = await startServer(process.execPath, [insideProject('dist', 'src', 'main.js')], {
    env: serviceEnvironment(settings),
    logFile: logFile('service'),
    patienceMs: 30_000, // it finishes or hands back what it holds
  });
  rememberServer('service', server);
  const health = new URL('/health/ready', settings.baseUrl);
  const probe = async () =>
    (await fetch(health, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined))?.ok;
  await untilReady(server, probe, { what: 'The service', timeoutMs: 120_000 });
  return server;
}

function closingScreen({ baseUrl, kept, sandbox, shown }) {
  const line = '─'.repeat(78);
  const { path: controlPath, input } = customerMessage({
    phoneNumberId: shown.phoneNumberId,
    customer: { ...shown.customer, phone: '+4915112345678', name: 'Max Mustermann' },
    body: 'Do you deliver on Saturdays?',
  });
  say(`
${line}
${bold('It works.')} A Meta account was connected, a template was submitted and approved, a
customer wrote through a signed webhook, a reply went out through the queue and its
statuses came back. Meta was played by the Graph sandbox at ${sandbox.url}.

  ${bold('Open')}      ${baseUrl}/api/docs   every route, to read and to try
  ${bold('Sign in')}   ${kept.login.email}   password ${kept.login.password}
            POST /api/auth/login, then "Authorize" with the accessToken

  ${bold('Another customer writes')} (then look at GET /api/meta/conversations):

curl -sX POST ${sandbox.url}${controlPath} -H 'content-type: application/json' \\
  -d '${JSON.stringify(input)}'

  Logs and data are in .local/ and stay there for the next time.
  With your own Meta app: copy .env.example to .env, set META_APP_ID and the rest,
  and run this again.
${line}`);
}

function screenWithoutDemonstration({ baseUrl, reason }) {
  say(`
The service is running: ${baseUrl}/api/docs
${reason}`);
}

async function takeQuickstartLock() {
  for (;;) {
    const { lock, owner } = takeLock(path.join(localFolder, 'quickstart.lock'));
    if (lock !== undefined || isStillRunning(owner)) return { lock, owner };
    await new Promise((resolve) => setTimeout(resolve, 300)); // it was killed, and its watchdog is cleaning up
  }
}

await runCommand(async () => {
  const exitAfterwards =
    process.argv.includes('--exit') || (env.CI !== undefined && env.CI !== 'false' && env.CI !== '');
  loadEnvFile();
  const { lock, owner } = await takeQuickstartLock();
  if (lock === undefined) {
    say(
      owner.url === undefined
        ? `A quickstart is being started here already (process ${owner.pid}).`
        : `A quickstart is running here already: ${owner.url}/api/docs (process ${owner.pid}; Ctrl-C in its terminal stops it).`,
    );
    return exitAfterwards ? 1 : 0;
  }
  await stopRememberedServer('service', 'SIGTERM'); // before the database goes that it is using
  await installDependencies();
  await buildIfNeeded();
  const kept = keptSettings();
  const services = await startKeptServices({ passwords: kept.passwords, logFile });
  const sandbox =
    env.META_APP_ID === undefined
      ? await step(
          'Starting the Graph sandbox, in place of Meta',
          () => startSandbox(kept),
          ({ url }) => url,
        )
      : undefined;

  const host = env.HOST ?? '127.0.0.1';
  const port = await portFor('the service', Number(env.PORT ?? 3000), host);
  const baseUrl = `http://127.0.0.1:${port}`;
  const publicUrl = env.PUBLIC_URL ?? env.API_BASE_URL ?? baseUrl;
  const redirectUri = `${baseUrl}/api/docs`;
  const settings = { kept, services, sandbox, host, port, baseUrl, publicUrl, redirectUri };
  const service = await step(
    'Starting the service',
    () => startService(settings),
    () => baseUrl,
  );
  lock.update({ url: baseUrl });

  const ownLogin = env.AUTH_JWKS_URL === undefined && env.AUTH_JWT_SECRET === undefined;
  if (sandbox !== undefined && ownLogin) {
    const { login, verifyToken } = kept;
    const shown = await walk({ baseUrl, sandbox, redirectUri, login, verifyToken }).catch((error) => {
      assertNotStopping();
      say(`\nThe service's log (.local/logs/service.log) says last:\n${tailOf(service.log())}`);
      throw error;
    });
    closingScreen({ baseUrl, kept, sandbox, shown });
  } else if (sandbox === undefined) {
    screenWithoutDemonstration({
      baseUrl,
      reason:
        'It uses your Meta app, so nothing was tried out at Meta. Register the first user with POST /api/auth/register, ' +
        'connect an account with GET /api/meta/auth/url and POST /api/meta/auth/connect.',
    });
  } else {
    screenWithoutDemonstration({
      baseUrl,
      reason: 'It accepts the logins of your own product, so there is no demo user.',
    });
  }
  if (exitAfterwards) return 0;

  say('\nCtrl-C stops everything.');
  const names = [
    [service, 'The service', 'service'],
    ...(sandbox ? [[sandbox.server, 'The Graph sandbox', 'sandbox']] : []),
  ];
  const { name, log } = await Promise.race(
    names.map(async ([server, name, log]) => {
      await server.exited;
      return { name, log };
    }),
  );
  throw new Problem(
    `${name} has ended by itself. It said last:\n${tailOf(fs.readFileSync(logFile(log), 'utf8'))}`,
  );
});
