/** Where a Python project says what it needs, read once for every provider. */
export type PythonManifest = {
  kind: 'uv-lock' | 'poetry-lock' | 'pyproject' | 'requirements' | 'script' | 'none'
  /** The file that lists the dependencies; null where the kind is `none`. */
  file: string | null
  /** Distribution names of what is needed, as PEP 503 normalises them. */
  names: Set<string>
  /** What a script's own block lists; only where the kind is `script`. */
  requirements: string[]
  requiresPython: string | null
  /** Files that an install needs, or ['.'] where it needs the source itself. */
  copy: string[]
  /** The directory of pyproject.toml; another than '.' in a workspace. */
  directory: string
  /** Directories of packages that have to be installed besides the dependencies. */
  packages: string[]
  name: string | null
  /** Its lock file is that of a workspace above, which knows it by its name. */
  isMember: boolean
  /** Console scripts: "module:function" by name. */
  scripts: Record<string, string>
  /** A dependency that uv.lock should hold and does not, so that the lock file is passed over. */
  lacking: string | null
  /** Some dependency comes from a git repository. */
  usesGit: boolean
}

/** Of something that has none. */
export const noPythonManifest: PythonManifest = {
  kind: 'none',
  file: null,
  names: new Set(),
  requirements: [],
  requiresPython: null,
  copy: [],
  directory: '.',
  packages: [],
  name: null,
  isMember: false,
  scripts: {},
  lacking: null,
  usesGit: false,
}
