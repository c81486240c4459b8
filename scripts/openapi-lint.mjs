// npm run openapi:lint: docs/openapi.json against redocly.yaml. It looks at files only and tells nobody.
import { spawnSync } from 'node:child_process';
import { insideProject } from './project-folder.mjs';

const { status } = spawnSync(
  process.execPath,
  [insideProject('node_modules', '@redocly', 'cli', 'bin', 'cli.js'), 'lint', 'docs/openapi.json'],
  {
    cwd: insideProject(),
    stdio: 'inherit',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  },
);
process.exitCode = status ?? 1;
