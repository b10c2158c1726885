import { importX } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/** Who may import whom: the arrows point to `domain` and `api/names` (README, "Finding your way in the code"). */
const zone = (target, allowed, message) => ({
  target: `./${target}`,
  from: './',
  except: [...allowed.map((folder) => `./${folder}`), './node_modules'],
  message,
});

const zones = [
  zone('api/names', ['api/names'], 'api/names imports nothing of ours.'),
  zone('api/schema', ['api/schema', 'api/names'], 'api/schema knows zod and api/names only.'),
  zone('domain', ['domain', 'api/names'], 'domain is pure: api/names only.'),
  zone('workflows', ['workflows', 'domain', 'api/names', 'activities'], 'workflows see domain, api/names and activity types.'),
  zone('kube', ['kube', 'api', 'domain'], 'kube is the adapter: api and types of domain only.'),
  zone('activities', ['activities', 'domain', 'api', 'kube', 'workflows/contracts'], 'activities see domain, api, kube and the contracts.'),
];

const nodeBuiltins = ['fs', 'os', 'path', 'http', 'https', 'net', 'child_process', 'crypto', 'worker_threads'];

/** The workflow sandbox has none of these; failing in lint names the line, failing in a replay does not. */
const sandboxForbidden = [
  ...nodeBuiltins.flatMap((name) => [name, `node:${name}`]),
  ...['activity', 'client', 'worker'].map((name) => `@temporalio/${name}`),
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '**/*.js', '!eslint.config.mjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 430, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['workflows/**/*.ts', 'domain/**/*.ts', 'api/names/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: sandboxForbidden,
          patterns: [{ group: ['**/activities/**', '**/activities'], allowTypeImports: true, message: 'import type only.' }],
        },
      ],
    },
  },
  { files: ['cli/**/*.ts', 'scripts/**/*.ts', 'local/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
);
