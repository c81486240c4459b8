// npm run client:build: makes clients/typescript/dist from docs/openapi.json, unless it is there and fresh.
import './node-version.mjs';
import { buildClientIfNeeded } from './client-build.mjs';
import { runCommand } from './shutdown.mjs';

await runCommand(async () => {
  await buildClientIfNeeded();
  return 0;
});
