import crypto from 'node:crypto';
import { deliveryOf } from './deliveries.mjs';

const SLAB_BYTES = 64 * 1024 * 1024;
const LONGEST_REQUEST_BYTES = 4_096;

/**
 * Whole HTTP requests with their signatures, made before the clock starts. They lie one after another in a few large
 * buffers: hundreds of thousands of small ones would keep the garbage collector busy while it is measured.
 */
export function prepareRequests({ port, path, secret, deliveries }) {
  const { count } = deliveries;
  const slabs = [];
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const slabOf = new Uint16Array(count);
  let slab;
  let end = SLAB_BYTES;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'accept: */*',
    'user-agent: facebookexternalua',
    'content-type: application/json',
  ].join('\r\n');
  for (let index = 0; index < count; index += 1) {
    if (end + LONGEST_REQUEST_BYTES > SLAB_BYTES) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      slabs.push(slab);
      end = 0;
    }
    const body = JSON.stringify(deliveryOf(deliveries, index, timestamp)); // ASCII: as many bytes as characters
    const digest = crypto.createHmac('sha256', secret).update(body).digest('hex');
    slabOf[index] = slabs.length - 1;
    starts[index] = end;
    end += slab.latin1Write(
      `${head}\r\nx-hub-signature-256: sha256=${digest}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      end,
    );
    ends[index] = end;
  }
  return { count, at: (index) => slabs[slabOf[index]].subarray(starts[index], ends[index]) };
}
