import { render } from 'preact';
import { Frame } from './frame.js';
import { html } from './html.js';
import { follow } from './wire.js';

render(html`<${Frame} />`, document.body);
follow(new EventSource('/changes'));
