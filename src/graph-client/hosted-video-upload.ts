import * as http from 'node:http';
import * as https from 'node:https';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { GraphRejectedError, GraphUnavailableError, GraphUnreadableAnswerError } from './graph.error';
import { bodyOf } from './graph-answer';
import { GraphCircuit } from './graph-circuit';

const UPLOAD_HOST = 'rupload.facebook.com';
const LONGEST_ANSWER_BYTES = 64 * 1024;

/**
 * Tells Meta's upload host where to fetch a video from, at the address that starting the upload of a reel or video story
 * gave. Source: Video API documentation, "Upload a hosted file".
 */
@Injectable()
export class HostedVideoUpload {
  constructor(
    private readonly config: AppConfig,
    private readonly circuit: GraphCircuit,
  ) {}

  /**
   * May be repeated: the video becomes visible by another call.
   * @param uploadUrl as Meta gave it; only a host of Meta's is called, for the token goes there
   * @param fileUrl where the video is, for everybody who has the address
   * @throws GraphError, never anything that holds the token
   */
  async bring(token: string, uploadUrl: string, fileUrl: string): Promise<void> {
    const address = this.addressOf(uploadUrl);
    const { status, headers, text } = await this.circuit.run('graph-media', () =>
      this.exchange(address, token, fileUrl),
    );
    const body = bodyOf({ httpStatus: status, headers, text }, { secrets: [token] });
    const isDone =
      typeof body === 'object' && body !== null && 'success' in body && String(body.success) === 'true';
    if (!isDone)
      throw new GraphUnreadableAnswerError("Meta's answer to an upload has no success in it.", status);
  }

  private exchange(
    address: URL,
    token: string,
    fileUrl: string,
  ): Promise<{ status: number; headers: Record<string, string | undefined>; text: string }> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const { code = 'silence' } = error as NodeJS.ErrnoException;
        reject(new GraphUnavailableError(`An upload to Meta broke off (${code}).`, 'unknown'));
      };
      const outgoing = (address.protocol === 'https:' ? https : http).request(address, {
        method: 'POST',
        // Not `Bearer`: this host documents the older word.
        headers: {
          Accept: 'application/json',
          Authorization: `OAuth ${token}`,
          file_url: fileUrl,
          'Content-Length': '0',
        },
        timeout: this.config.env.META_TIMEOUT_MS,
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error('silence')));
      outgoing.once('error', fail);
      outgoing.once('response', (incoming) => {
        readText(incoming).then((text) => {
          const headers = Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
          );
          resolve({ status: incoming.statusCode ?? 0, headers, text });
        }, fail);
      });
      outgoing.end();
    });
  }

  /** @throws GraphRejectedError for an address that is not Meta's: the token would go to somebody else */
  private addressOf(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : null;
    const graph = new URL(this.config.env.META_GRAPH_URL);
    const isGraph = url?.protocol === graph.protocol && url.host === graph.host;
    const isUploadHost = url?.protocol === 'https:' && url.host === UPLOAD_HOST;
    if (url === null || !(isGraph || isUploadHost) || url.username !== '' || url.password !== '')
      throw new GraphRejectedError('Meta named an address for an upload that is not one of its own.');
    return url;
  }
}

async function readText(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > LONGEST_ANSWER_BYTES) throw new Error('too long');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
