import { readFileSync, readdirSync } from 'node:fs';

/** Installed packages whose `.js` files are ES modules. Jest runs CommonJS, so SWC turns them into it as it does our sources. */
function esModulePackages(folder = 'node_modules', scope = '') {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || entry.name.startsWith('.')) return [];
    if (entry.name.startsWith('@')) return esModulePackages(`${folder}/${entry.name}`, `${entry.name}/`);
    try {
      const { type } = JSON.parse(readFileSync(`${folder}/${entry.name}/package.json`, 'utf8'));
      return type === 'module' ? [scope + entry.name] : [];
    } catch {
      return []; // no package
    }
  });
}

/** CommonJS that calls `import()`, which Jest only knows when it is turned into `require`. */
const IMPORTING = ['@opentelemetry/otlp-exporter-base'];

const base = {
  testEnvironment: 'node',
  transform: { '^.+\\.[cm]?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${[...esModulePackages(), ...IMPORTING].join('|')})/)`],
  setupFiles: ['reflect-metadata'],
};

/** @type {import('jest').Config} */
export default {
  // For the integration tests, which wait for real servers. Unit tests that need it have a defect.
  testTimeout: 90_000,
  // Each file leaves some of its modules behind: after a hundred of them a worker would hold gigabytes, and do little but
  // collect garbage.
  workerIdleMemoryLimit: '1GB',
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/{src,sandbox}/**/*.spec.ts'] },
    { ...base, displayName: 'integration', testMatch: ['<rootDir>/{test,sandbox}/**/*.int-spec.ts'] },
    // npm run test:faults, which prepares the servers that these kill.
    { ...base, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.fault-spec.ts'] },
    // npm run check:upgrade, which builds the release that is to be replaced.
    { ...base, displayName: 'upgrade', testMatch: ['<rootDir>/test/upgrade/*.upgrade-spec.ts'] },
  ],
};
