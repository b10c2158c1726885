/** Operating system and processor in Go's words, as the releases of all our tools are named. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** What this process runs on. */
export function currentPlatform(): Platform {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
  return { os: process.platform, arch };
}
