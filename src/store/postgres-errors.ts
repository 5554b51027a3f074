import { DatabaseError } from 'pg';
import { NotStored } from '../delivery/errors.ts';
import { StoreUnusable } from './unusable.ts';

/**
 * Classes of errors (https://www.postgresql.org/docs/current/errcodes-appendix.html) that say that the statement is
 * wrong: data exception, constraint, syntax or access. All others are trouble of the server, or of the way to it.
 */
const OURS = ['21', '22', '23', '42'];

/** Somebody else's transaction stood in the way: the same again will do. */
const AGAIN = ['40001', '40P01'];

const ROUNDS = 10;

/** A statement, or the way to the server, failed: what our own steps throw is never one of these. */
class ServerFailed extends Error {
  constructor(cause: unknown) {
    super('the database failed', { cause });
    this.name = 'ServerFailed';
  }
}

/** Marks what the server, or the way to it, answers instead of a result. */
export async function fromServer<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new ServerFailed(error);
  }
}

export function isWorthAgain(error: unknown, round: number): boolean {
  return error instanceof ServerFailed && round < ROUNDS && AGAIN.includes(codeOf(error.cause));
}

/** What a caller is told: that nothing was stored, unless the statement itself was refused. */
export function sorted(error: unknown): unknown {
  if (!(error instanceof ServerFailed)) return error;

  const { cause } = error;
  return cause instanceof DatabaseError && OURS.includes(codeOf(cause).slice(0, 2)) ? cause : new NotStored(cause);
}

/** The connection, or more than that: nobody knows what the server made of what it was told last. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof ServerFailed)) return false;

  return !(error.cause instanceof DatabaseError && error.cause.severity === 'ERROR');
}

/** Why the store cannot be opened, in words for who runs it; `place` names the server without its password. */
export function explained(place: string, error: unknown): unknown {
  if (error instanceof StoreUnusable) return error;

  return new StoreUnusable(place, problemOf(error), error);
}

function problemOf(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case '28P01':
    case '28000':
      return 'the server refuses its user or password: check both in DATABASE_URL (special characters %-encoded)';
    case '3D000':
      return 'there is no such database: create it, or check the name in DATABASE_URL';
    case '42501':
      return 'its user may not create or change the schema "casebridge": GRANT CREATE ON DATABASE … TO that user, or make it the owner of that schema';
    case '53300':
      return 'the server has no connection left: each replica needs up to 12';
    case '25006':
      return 'it is read-only: DATABASE_URL must name the primary server';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its host is not known: check the name in DATABASE_URL';
    default:
      return code.length === 5 && error instanceof DatabaseError
        ? `the server says ${code}: ${error.message}`
        : `it cannot be reached (${code === '' ? messageOf(error) : code}): check that the server runs, and host and port in DATABASE_URL`;
  }
}

function codeOf(error: unknown): string {
  // Several addresses were tried, all in vain.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);

  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
