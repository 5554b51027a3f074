import { createRequire } from 'node:module';
import type * as Bolt from '@slack/bolt';
import { putOff } from '../loading.ts';

/**
 * Bolt without what we do not use of it: all together that is two thirds of its loading, and 20 MB. A Slack app over HTTP
 * needs neither Express nor OAuth nor Socket Mode with its own HTTP client (`dist/index.js` and `dist/App.js` of 5.1.0
 * require them all); what is used after all is loaded then.
 */

const require = createRequire(import.meta.url);

putOff(['express', '@slack/oauth', '@slack/socket-mode'], require.resolve('@slack/bolt'));

const bolt: typeof Bolt = require('@slack/bolt');
/** The type of what is constructed, for its parts. */
export type HTTPReceiver = Bolt.HTTPReceiver;
export const { App, HTTPReceiver, LogLevel, SocketModeReceiver } = bolt;
