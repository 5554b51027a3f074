/** The emoji that casebridge, its receipts and the people of the sandbox use, by Slack's names. */
const EMOJI = {
  white_check_mark: '✅',
  memo: '📝',
  hourglass_flowing_sand: '⏳',
  raised_hand: '✋',
  warning: '⚠️',
  eyes: '👀',
  speech_balloon: '💬',
  headphones: '🎧',
  robot_face: '🤖',
  smile: '😄',
  slightly_smiling_face: '🙂',
  '+1': '👍',
  thumbsup: '👍',
  tada: '🎉',
  wave: '👋',
  pray: '🙏',
  heart: '❤️',
  x: '❌',
  bell: '🔔',
  lock: '🔒',
  zzz: '💤',
  raising_hand: '🙋',
  rocket: '🚀',
  alarm_clock: '⏰',
  no_entry: '⛔',
};

export const emoji = (name) => EMOJI[name.replaceAll(':', '')] ?? `:${name.replaceAll(':', '')}:`;

export const EMOJI_NAMES = Object.keys(EMOJI);

/** Slack names the code points of an emoji that everybody has; a workspace's own has only its name. */
export const emojiOf = ({ name, unicode }) =>
  unicode === undefined
    ? emoji(name)
    : String.fromCodePoint(...unicode.split('-').map((point) => Number.parseInt(point, 16)));

/** Those that a member may add with one press; to the first three the sandbox's routes.yml gives a meaning in #support. */
export const OFFERED = ['eyes', 'lock', 'zzz', '+1', 'heart', 'tada', 'pray', 'raising_hand'];
