// npm run collection: writes the API as a Postman collection, which Bruno and Insomnia read as well, to
// clients/postman/collection.json or to the file that is named.
import './node-version.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeApiDocument } from './api-document.mjs';
import { temporaryFolder } from './guarded.mjs';
import { postmanCollection } from './postman-collection.mjs';
import { ensureFolder, insideProject } from './project-folder.mjs';
import { say } from './progress.mjs';
import { runCommand } from './shutdown.mjs';

const file = process.argv[2] ?? insideProject('clients', 'postman', 'collection.json');

await runCommand(async () => {
  const whole = path.join(temporaryFolder(os.tmpdir(), 'mbb-collection-'), 'openapi.json');
  await writeApiDocument(whole, { whole: true });
  const collection = postmanCollection(JSON.parse(fs.readFileSync(whole, 'utf8')));
  ensureFolder(path.dirname(file));
  fs.writeFileSync(file, `${JSON.stringify(collection, null, 1)}\n`);
  const requests = collection.item.reduce((sum, { item }) => sum + item.length, 0);
  say(`  ${path.relative(process.cwd(), file)}: ${requests} requests in ${collection.item.length} folders`);
  return 0;
});
