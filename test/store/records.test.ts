import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { recordsContract } from '../contracts/records.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

recordsContract('SQLite', () => openStore({ kind: 'sqlite', path: join(folder(), 'store.db') }));
