import type { Config } from 'jest';

// Packages that ship ES modules only; jest runs CommonJS, so SWC turns them into it as it does our sources.
const esModulesOnly = ['@nestjs', 'uuid', 'jose', 'lossless-json'];

const base: Config = {
  rootDir: '.',
  testEnvironment: 'node',
  transform: { '^.+\\.[cm]?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
  setupFiles: ['reflect-metadata'],
};

const config: Config = {
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/{src,sandbox}/**/*.spec.ts'] },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.int-spec.ts', '<rootDir>/sandbox/**/*.int-spec.ts'],
      testTimeout: 60_000,
    },
  ],
};
export default config;
