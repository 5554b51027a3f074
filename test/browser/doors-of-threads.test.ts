import { doorsOfThreads } from './doors-of-threads.ts';
import { goThrough } from './doors.ts';

goThrough('doors of threads', doorsOfThreads);
