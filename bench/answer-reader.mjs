const STATUS_AT = 9; // after "HTTP/1.1 "

/**
 * Reads the answers of one server with as little work as possible: its answers to the same request have the same
 * length, so once one was read properly, the next of that length is whole, and only its status is looked at.
 */
export function answerReader() {
  let usualLength = -1;

  const statusOf = (bytes) =>
    (bytes[STATUS_AT] - 48) * 100 + (bytes[STATUS_AT + 1] - 48) * 10 + (bytes[STATUS_AT + 2] - 48);

  /** The status when these bytes are a whole answer, undefined while some are missing. */
  const readProperly = (bytes) => {
    const text = bytes.toString('latin1');
    const headEnd = text.indexOf('\r\n\r\n');
    if (headEnd < 0) return undefined;
    const head = text.slice(0, headEnd);
    if (!/^HTTP\/1\.1 \d{3} /.test(head)) throw new Error(`This is no HTTP answer: ${text.slice(0, 200)}`);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length === null) {
      if (!/\r\ntransfer-encoding: *chunked/i.test(head))
        throw new Error(`An answer of unknown length: ${head}`);
      return text.endsWith('0\r\n\r\n') ? statusOf(bytes) : undefined;
    }
    const total = headEnd + 4 + Number(length[1]);
    if (bytes.length > total) throw new Error('More came than one answer.');
    if (bytes.length < total) return undefined;
    const status = statusOf(bytes);
    if (status === 200) usualLength = total;
    return status;
  };

  /** For one connection: `take(bytes)` answers the status, or undefined while the answer is not whole. */
  return () => {
    let parts = [];
    return (bytes) => {
      if (parts.length === 0 && bytes.length === usualLength) return statusOf(bytes);
      parts.push(Buffer.from(bytes)); // a copy: the reading buffer is used again
      const status = readProperly(parts.length === 1 ? parts[0] : Buffer.concat(parts));
      if (status !== undefined) parts = [];
      return status;
    };
  };
}
