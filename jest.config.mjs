// Packages that ship ES modules only; jest runs CommonJS, so SWC turns them into it as it does our sources.
const esModulesOnly = ['@nestjs', 'uuid', 'jose', 'lossless-json'];

const base = {
  testEnvironment: 'node',
  transform: { '^.+\\.[cm]?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
  setupFiles: ['reflect-metadata'],
};

/** @type {import('jest').Config} */
export default {
  // For the integration tests, which wait for real servers. Unit tests that need it have a defect.
  testTimeout: 60_000,
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/{src,sandbox}/**/*.spec.ts'] },
    { ...base, displayName: 'integration', testMatch: ['<rootDir>/{test,sandbox}/**/*.int-spec.ts'] },
  ],
};
