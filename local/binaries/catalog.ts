import type { Platform } from './platform';

/** The server programs and command lines that the demo, every test and `kubeocean up` may start. */
export const tools = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
  'temporal',
] as const;
/** Programs that few tests start; nobody gets one without asking for it. */
export const rareTools = ['metrics-server'] as const;
/** A program that nearly everything needs. */
export type UsualTool = (typeof tools)[number];
/** Any program of the catalog. */
export type Tool = UsualTool | (typeof rareTools)[number];

/** One Kubernetes version for all its programs. */
export const KUBERNETES_VERSION = '1.35.4';

/** A site that serves releases, and how a mirror takes its place. */
export interface Site {
  readonly url: string;
  /** Environment variable with another base URL, or `off`. */
  readonly variable: string;
}

/** Where releases come from. */
export const sites = {
  kubernetes: { url: 'https://dl.k8s.io', variable: 'KUBEOCEAN_KUBERNETES_DOWNLOADS' },
  github: { url: 'https://github.com', variable: 'KUBEOCEAN_GITHUB_DOWNLOADS' },
  githubApi: { url: 'https://api.github.com', variable: 'KUBEOCEAN_GITHUB_API' },
} as const satisfies Record<string, Site>;
/** One of them, by name. */
export type SiteName = keyof typeof sites;

/** A file on a site. */
export interface Location {
  readonly site: SiteName;
  readonly path: string;
}

/** An official download with the place of its published SHA-256. */
export interface Release {
  readonly file: Location;
  /**
   * Where the checksum stands. `sum`: the file holds it, alone or in lines as `sha256sum` writes them.
   * `asset`: GitHub's description of a release, for projects that publish no checksum file.
   */
  readonly checksum: Location & { readonly form: 'sum' | 'asset' };
  /** Path of the program inside a .tar.gz; absent when the download is the program itself. */
  readonly member?: string;
}

/** How to build a tool with Go. */
export interface GoBuild {
  /** Folder with the go.mod that pins everything. */
  readonly module: string;
  readonly package: string;
  /** `-X` settings of the linker, so that the program knows its version. */
  readonly set?: string;
}

/** Everything there is to know about one tool. */
export interface ToolSpec {
  readonly version: string;
  /** Environment variable that names an executable to use instead of all else. */
  readonly variable: string;
  /** Arguments that make it print its version. */
  readonly versionArgs: readonly string[];
  /** The download for a platform; null where none is published. */
  readonly release: (platform: Platform) => Release | null;
  readonly build: GoBuild;
}

/** How each program is found, and made. */
export type Catalog = Readonly<Record<Tool, ToolSpec>>;

const variableOf = (tool: string) => `KUBEOCEAN_${tool.toUpperCase().replaceAll('-', '_')}`;

function kubernetes(tool: Tool): ToolSpec {
  const tag = `v${KUBERNETES_VERSION}`;
  return {
    version: KUBERNETES_VERSION,
    variable: variableOf(tool),
    versionArgs: tool === 'kubectl' ? ['version', '--client'] : ['--version'],
    release: ({ os, arch }) => {
      // The servers are released for Linux alone.
      if (os !== 'linux' && tool !== 'kubectl') return null;
      const file = { site: 'kubernetes', path: `/release/${tag}/bin/${os}/${arch}/${tool}` } as const;
      return { file, checksum: { site: 'kubernetes', path: `${file.path}.sha256`, form: 'sum' } };
    },
    build: {
      module: 'kubernetes',
      package: `k8s.io/kubernetes/cmd/${tool}`,
      set: `-X k8s.io/component-base/version.gitVersion=${tag}`,
    },
  };
}

const etcd: ToolSpec = {
  version: '3.6.6',
  variable: variableOf('etcd'),
  versionArgs: ['--version'],
  release: ({ os, arch }) => {
    // For macOS there is only a .zip; who is there needs Go for the API server anyway.
    if (os !== 'linux') return null;
    const folder = '/etcd-io/etcd/releases/download/v3.6.6';
    const name = `etcd-v3.6.6-${os}-${arch}`;
    return {
      file: { site: 'github', path: `${folder}/${name}.tar.gz` },
      checksum: { site: 'github', path: `${folder}/SHA256SUMS`, form: 'sum' },
      member: `${name}/etcd`,
    };
  },
  build: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
};

const kwok: ToolSpec = {
  version: '0.7.0',
  variable: variableOf('kwok'),
  versionArgs: ['--version'],
  release: ({ os, arch }) => ({
    file: { site: 'github', path: `/kubernetes-sigs/kwok/releases/download/v0.7.0/kwok-${os}-${arch}` },
    checksum: { site: 'githubApi', path: '/repos/kubernetes-sigs/kwok/releases/tags/v0.7.0', form: 'asset' },
  }),
  build: { module: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', set: '-X sigs.k8s.io/kwok/pkg/consts.Version=v0.7.0' },
};

const temporal: ToolSpec = {
  version: '1.5.1',
  variable: variableOf('temporal'),
  versionArgs: ['--version'],
  release: ({ os, arch }) => {
    const folder = '/temporalio/cli/releases/download/v1.5.1';
    return {
      file: { site: 'github', path: `${folder}/temporal_cli_1.5.1_${os}_${arch}.tar.gz` },
      checksum: { site: 'github', path: `${folder}/checksums.txt`, form: 'sum' },
      member: 'temporal',
    };
  },
  build: {
    module: 'temporal',
    package: 'github.com/temporalio/cli/cmd/temporal',
    set: '-X github.com/temporalio/cli/temporalcli.Version=1.5.1',
  },
};

const metricsServer: ToolSpec = {
  version: '0.9.0',
  variable: variableOf('metrics-server'),
  versionArgs: ['--version'],
  // Released as a container image alone.
  release: () => null,
  build: {
    module: 'metrics-server',
    package: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
    set: '-X k8s.io/client-go/pkg/version.gitVersion=v0.9.0',
  },
};

/** The pinned versions and where they come from. */
export const officialCatalog: Catalog = {
  etcd,
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubectl: kubernetes('kubectl'),
  kwok,
  temporal,
  'metrics-server': metricsServer,
};
