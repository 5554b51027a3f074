/** Another process runs on the same file. */
export class StoreLocked extends Error {
  constructor(path: string) {
    super(
      `another casebridge is running on ${path}: stop that one first, ` +
        'or give this one a file of its own (DATABASE_URL); several replicas need postgres://',
    );
    this.name = 'StoreLocked';
  }
}

/** The file, or the server, cannot be used; the message says why and what to do. */
export class StoreUnusable extends Error {
  /** `place`: null where it is not to be shown, or cannot be made out. */
  constructor(place: string | null, problem: string, cause?: unknown) {
    const store = place === null ? 'of DATABASE_URL' : `${place} (DATABASE_URL)`;
    super(`the store ${store} cannot be used: ${problem}`, { cause });
    this.name = 'StoreUnusable';
  }
}

/** The copy of a store, not the store. */
export class BackupUnusable extends Error {
  constructor(path: string, problem: string, cause?: unknown) {
    super(`the backup ${path} ${problem}`, { cause });
    this.name = 'BackupUnusable';
  }
}
