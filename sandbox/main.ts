import { startSandbox } from './sandbox';
import { SEED } from './world-seed';

/** The stand-in as a program of its own: `npm run sandbox`. */
async function main(): Promise<void> {
  const { SANDBOX_PORT, SANDBOX_HOST, SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_PUBLIC_URL } = process.env;
  const port = Number(SANDBOX_PORT ?? 4010);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`SANDBOX_PORT must be a port number, not ${SANDBOX_PORT ?? ''}.`);
  }
  const app = { appId: SANDBOX_APP_ID ?? SEED.appId, appSecret: SANDBOX_APP_SECRET ?? SEED.appSecret };
  const sandbox = await startSandbox({
    port,
    host: SANDBOX_HOST ?? '127.0.0.1',
    apps: [app],
    ...(SANDBOX_PUBLIC_URL !== undefined && { publicUrl: SANDBOX_PUBLIC_URL }),
  });
  console.log(
    [
      `Graph sandbox on ${sandbox.url}`,
      `  app ${app.appId}, WhatsApp account ${SEED.wabaId}, phone number ${SEED.phoneNumberId} (${SEED.displayPhoneNumber})`,
      `  login dialog: ${sandbox.url}/v26.0/dialog/oauth, control API: ${sandbox.url}/__control/overview`,
    ].join('\n'),
  );
  let isStopping = false;
  const stop = (): void => {
    // Ctrl-C comes twice when a launcher passes on what the terminal has sent already.
    if (isStopping) return;
    isStopping = true;
    void sandbox.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
