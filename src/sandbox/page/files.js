import { complain } from './wire.js';

/** Files from the disk of whoever plays, as acts carry them. */

const LARGEST_FILE = 2_000_000;
const LARGEST_TOGETHER = 4_000_000;

/** Those that fit, in their order; what does not is said. */
export async function filesIn(list) {
  let room = LARGEST_TOGETHER;
  const fitting = [...list].filter(({ size }) => {
    if (size > LARGEST_FILE || size > room) return false;
    room -= size;
    return true;
  });
  if (fitting.length < list.length) complain('The sandbox takes files of up to 2 MB each and 4 MB together.');
  return Promise.all(fitting.map(async (file) => ({ name: file.name, type: file.type, base64: await base64Of(file) })));
}

const base64Of = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result.split(',')[1] ?? ''));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
