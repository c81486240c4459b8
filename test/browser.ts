import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** As `npm test` found or got it; for a run of jest alone, where Debian puts it. Undefined: there is none. */
export function chromiumFile(): string | undefined {
  const given = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';
  return existsSync(given) ? given : undefined;
}

/** A new one with a profile of its own, which calls nobody by itself. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  const libraries = process.env.TEST_CHROMIUM_LIBRARIES;
  return chromium.launch({
    executablePath,
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0, // its own sandbox refuses to run as root
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage', // /dev/shm is small in containers
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ...(libraries === undefined ? {} : { env: { ...process.env, LD_LIBRARY_PATH: libraries } }),
  });
}
