// npm run openapi: writes the API document to docs/openapi.json, from the build, without any server.
// With --check it only says whether the committed one is up to date.
import './node-version.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeApiDocument } from './api-document.mjs';
import { temporaryFolder } from './guarded.mjs';
import { insideProject } from './project-folder.mjs';
import { say } from './progress.mjs';
import { runCommand } from './shutdown.mjs';

const committed = insideProject('docs', 'openapi.json');

await runCommand(async () => {
  if (!process.argv.includes('--check')) {
    await writeApiDocument(committed);
    return 0;
  }
  const fresh = path.join(temporaryFolder(os.tmpdir(), 'mbb-openapi-'), 'openapi.json');
  await writeApiDocument(fresh);
  if (fs.existsSync(committed) && fs.readFileSync(fresh).equals(fs.readFileSync(committed))) return 0;
  say('docs/openapi.json is not what the service serves. Run `npm run openapi` and commit the file.');
  return 1;
});
