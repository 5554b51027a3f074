import { doorsOfWords } from './doors-of-words.ts';
import { goThrough } from './doors.ts';

goThrough('doors of words', doorsOfWords);
