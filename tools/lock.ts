/** The part of package-lock.json (version 3) that is read here. */
export type Lock = { packages: Record<string, LockedPackage> };
type LockedPackage = {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const systems = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openharmony', 'sunos', 'aix', 'netbsd', 'openbsd'];
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64'];

/**
 * Platform packages that a locked package names and the lock lacks. npm leaves out those it can't fetch while it writes the
 * lock (a mirror need not have every platform), and then `npm ci` refuses the lock it wrote.
 */
export function missingPlatforms({ packages }: Lock): { readonly path: string; readonly entry: LockedPackage }[] {
  const missing = new Map<string, LockedPackage>();
  for (const [path, parent] of Object.entries(packages)) {
    if (path === '') continue;
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (packages[`node_modules/${name}`] || packages[`${path}/node_modules/${name}`]) continue;
      const words = name.split(/[/-]/);
      const os = systems.find((system) => words.includes(system));
      if (os === undefined) continue; // not a platform package: npm will say what is wrong with it
      const cpu = processors.find((processor) => words.includes(processor));
      missing.set(`node_modules/${name}`, {
        version,
        ...(cpu === undefined ? {} : { cpu: [cpu] }),
        ...(parent.dev ? { dev: true } : {}),
        ...(words.includes('musl') ? { libc: ['musl'] } : {}),
        optional: true,
        os: [os],
      });
    }
  }
  return [...missing].map(([path, entry]) => ({ path, entry }));
}

/** The lock with every platform package it names, in npm's order. */
export function completeLock(lock: Lock): Lock {
  const added = Object.fromEntries(missingPlatforms(lock).map(({ path, entry }) => [path, entry]));
  const [root, ...others] = Object.entries({ ...lock.packages, ...added });
  return { ...lock, packages: Object.fromEntries([root!, ...others.sort(([a], [b]) => (a < b ? -1 : 1))]) };
}
