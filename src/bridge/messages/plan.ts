import { z } from 'zod';
import { MISFILED } from '../../core/change-words.ts';
import { CaseId, MessageId } from '../../core/ids.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { ClaimedDelivery, Dead, RecordWrite } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord, writeRecord } from '../records.ts';
import { caseMessageKey } from '../telling.ts';
import { Way } from './ways.ts';

/** What an attempt at a message starts from, and the row that it becomes. */

/** What an attempt is made with, and what a look-up starts from. */
export const Plan = z.object({
  case: CaseId,
  above: z.string().nullable(),
  /** The newest mail before it. */
  mail: z.string().nullable().optional(),
  /** The row that an attempt before this one has left, with other words: it is changed instead. */
  row: MessageId.optional(),
  /** For messages: how it goes, and who wrote it, by e-mail. Not kept with the attempt: it is addresses of people. */
  way: Way.optional(),
  author: z.string().nullable().optional(),
});
export type Plan = z.infer<typeof Plan>;

export type Work = { readonly bridge: Bridge; readonly delivery: ClaimedDelivery };

export const recordOfRow = (bridge: Bridge, row: Pick<CaseMessage, 'id'>) =>
  readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row));

export const messageRecord = (bridge: Bridge, delivery: string, row: Pick<CaseMessage, 'id'>): RecordWrite =>
  writeRecord('case_message', caseMessageKey(bridge, row), { version: 1, delivery, channel: null, ts: null });

/** It is there as something else than asked: what tells of it takes that back (message-outcomes.ts). */
export const misfiled = (bridge: Bridge, delivery: string, row: Pick<CaseMessage, 'id'>): Dead => ({
  type: 'dead',
  reason: MISFILED,
  receipt: { message: row.id },
  records: [messageRecord(bridge, delivery, row)],
});
