import { doorsOfGiosg } from './doors-of-giosg.ts';
import { goThrough } from './doors.ts';

goThrough('doors of giosg', doorsOfGiosg);
