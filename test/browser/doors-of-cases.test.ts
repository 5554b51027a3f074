import { doorsOfCases } from './doors-of-cases.ts';
import { goThrough } from './doors.ts';

goThrough('doors of cases', doorsOfCases);
