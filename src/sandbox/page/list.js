import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { html } from './html.js';

/** A conversation that scrolls: read to its end it stays at its end, and arrow keys go from message to message. */

const NEAR_PX = 40;

/** `own`: the last that whoever plays did there, which they want to see at once. */
export function Conversation({ label, children, look = '', own = null }) {
  const outer = useRef(null);
  const inner = useRef(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const [box, content] = [outer.current, inner.current];
    const watcher = new ResizeObserver(() => {
      if (isAtEnd.current) box.scrollTop = box.scrollHeight;
    });
    watcher.observe(content);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (own === null) return;
    isAtEnd.current = true;
    outer.current.scrollTop = outer.current.scrollHeight;
  }, [own]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
  };
  return html`<div
    ref=${outer}
    class=${`messages ${look}`}
    role="log"
    aria-label=${label}
    tabindex="0"
    onScroll=${onScroll}
    onKeyDown=${moveAmong}
  >
    <div class="messages-inner" ref=${inner}>${children}</div>
  </div>`;
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function moveAmong(event) {
  const step = STEPS[event.key];
  const { target, currentTarget } = event;
  if (step === undefined || !(target === currentTarget || target.matches('[data-row]'))) return;
  const rows = [...currentTarget.querySelectorAll('[data-row]')];
  const at = target === currentTarget ? (step > 0 ? -1 : rows.length) : rows.indexOf(target);
  const next = rows[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
