import { Injectable } from '@nestjs/common';
import { GraphClient } from '../graph-client/graph-client';
import { GraphId } from '../graph-client/graph-fields';
import type { GraphFile } from '../graph-client/graph-file';
import { GraphUnreadableAnswerError } from '../graph-client/graph.error';
import { isRecord } from '../http/unfit-content';
import type { MessagingPlatform } from '../webhooks/messenger-events';
import type { DirectDoor } from './direct-door';

type Json = Record<string, unknown>;

/** Meta has the message. That says nothing yet of its delivery. */
export interface AcceptedDirectMessage {
  /** Meta's id of it. */
  mid: string;
  recipientId: string | null;
}

/** What an attachment that is brought to Meta beforehand is to be. */
export interface AttachmentUpload {
  platform: MessagingPlatform;
  type: string;
  /** Where Meta finds it; else it comes along. */
  url?: string;
  file?: Pick<GraphFile, 'fileName' | 'mimeType' | 'size' | 'open'>;
  timeoutMs: number;
}

class UploadedAttachment {
  @GraphId() attachment_id!: string;
}

/** Somebody waits for it at a screen. */
const LONGEST_ACTION_MS = 5_000;

/** The Graph endpoints for writing to people, the same for Messenger and Instagram. */
@Injectable()
export class DirectApi {
  constructor(private readonly graph: GraphClient) {}

  /** @throws GraphUnreadableAnswerError for an answer without the message's id: whether Meta took it is not known */
  async send(door: DirectDoor, body: Json): Promise<AcceptedDirectMessage> {
    const answer = await this.graph.callUnknown({
      method: 'POST',
      host: door.host,
      path: edge(door, 'messages'),
      token: door.token,
      body,
      // Meta has no idempotency key: whoever sends again after a time-out may send twice.
      retry: 'never',
    });
    const mid = textOf(answer, 'message_id');
    if (mid === null) throw new GraphUnreadableAnswerError("Meta's answer has no id of a message.", 200);
    return { mid, recipientId: textOf(answer, 'recipient_id') };
  }

  /** Shows or marks something in a conversation. Doing it twice is doing it once. */
  async act(door: DirectDoor, body: Json): Promise<void> {
    await this.graph.callUnknown({
      method: 'POST',
      host: door.host,
      path: edge(door, 'messages'),
      token: door.token,
      body,
      retry: 'safe',
      timeoutMs: LONGEST_ACTION_MS,
    });
  }

  /**
   * Brings a file to Meta, to be sent from this Page or account any number of times.
   * @returns Meta's id of it
   */
  async upload(
    door: DirectDoor,
    { platform, type, url, file, timeoutMs }: AttachmentUpload,
  ): Promise<string> {
    const payload = { ...(url === undefined ? {} : { url }), is_reusable: true };
    const message = { attachment: { type, payload } };
    const scope = platform === 'instagram' ? { platform } : {};
    const { attachment_id: id } = await this.graph.call({
      method: 'POST',
      // While files cannot be brought, messages without any are sent all the same.
      host: door.host === 'graph' ? 'graph-media' : door.host,
      path: edge(door, 'message_attachments'),
      token: door.token,
      ...(file === undefined
        ? { body: { ...scope, message } }
        : {
            file: { ...file, fields: { ...scope, message: JSON.stringify(message) }, fieldName: 'filedata' },
          }),
      response: UploadedAttachment,
      // Whoever needs the file tries again; in here it would hold up a message for longer than one may take.
      retry: 'never',
      timeoutMs,
    });
    return id;
  }
}

export function edge({ nodeId }: DirectDoor, name: string): string {
  return `/${encodeURIComponent(nodeId)}/${name}`;
}

function textOf(answer: unknown, key: string): string | null {
  const value = isRecord(answer) ? answer[key] : undefined;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
