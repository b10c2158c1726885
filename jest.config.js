/** ESM-only packages that Jest's CommonJS mode must transform to load. */
const esmPackages = [
  '@kubernetes/client-node',
  'openid-client',
  'oauth4webapi',
  'jose',
  'jsonpath-plus',
].join('|');

const project = (name, extra = {}) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  transform: {
    '^.+\\.[jt]sx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
  ...extra,
});

module.exports = {
  projects: [
    project('unit'),
    project('workflow', {
      globalSetup: '<rootDir>/test/support/workflow/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/workflow/global-teardown.ts',
    }),
    project('integration'),
    project('e2e'),
  ],
};
