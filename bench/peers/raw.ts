import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { ACQUIRE_SECRET } from '../load/signed.ts';

// The least that can be done with a webhook: read, verified, parsed, answered. Nothing is kept.

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const raw = Buffer.concat(chunks);
    const given = Buffer.from(String(request.headers['x-acquire-signature']), 'hex');
    const right = createHmac('sha256', ACQUIRE_SECRET).update(raw).digest();
    if (given.length !== right.length || !timingSafeEqual(given, right)) return void response.writeHead(401).end();
    JSON.parse(raw.toString('utf8'));
    response.writeHead(200, { 'content-length': 2 }).end('ok');
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: isInternet(address) ? address.port : 0 });
});

function isInternet(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
