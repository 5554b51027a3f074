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
  constructor(place: string, problem: string, cause?: unknown) {
    super(`the store ${place} (DATABASE_URL) cannot be used: ${problem}`, { cause });
    this.name = 'StoreUnusable';
  }
}
