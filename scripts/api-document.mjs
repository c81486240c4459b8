import { buildIfNeeded } from './build.mjs';
import { run } from './child-processes.mjs';
import { insideProject } from './project-folder.mjs';
import { step } from './progress.mjs';

/** `whole`: with all examples, as it is served; otherwise the outline that is kept in docs/. */
export async function writeApiDocument(file, { whole = false } = {}) {
  await buildIfNeeded();
  await step('Writing the API document', () =>
    run(process.execPath, [
      insideProject('dist', 'src', 'openapi.command.js'),
      file,
      ...(whole ? ['--whole'] : []),
    ]),
  );
}
