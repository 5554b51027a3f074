import { runInHaste } from './hasty-app.ts';

await runInHaste(null);
