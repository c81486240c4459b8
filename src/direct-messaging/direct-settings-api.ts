import { Injectable } from '@nestjs/common';
import { GraphClient } from '../graph-client/graph-client';
import { isRecord } from '../http/unfit-content';
import type { MessagingPlatform } from '../webhooks/messenger-events';
import { edge } from './direct-api';
import type { DirectDoor } from './direct-door';

type Json = Record<string, unknown>;

export const THREAD_ACTIONS = ['pass', 'take', 'request', 'release'] as const;
export type ThreadAction = (typeof THREAD_ACTIONS)[number];

/** Somebody waits for it at a screen. */
const LONGEST_WAIT_MS = 8_000;

/** The Graph endpoints for what stands around conversations: the profile in the app, and who has a conversation. */
@Injectable()
export class DirectSettingsApi {
  constructor(private readonly graph: GraphClient) {}

  /** What is set of the fields asked for; fields that are not set are missing. */
  async profile(door: DirectDoor, platform: MessagingPlatform, fields: readonly string[]): Promise<Json> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      host: door.host,
      path: edge(door, 'messenger_profile'),
      token: door.token,
      query: { fields: fields.join(','), ...scopeOf(platform) },
      timeoutMs: LONGEST_WAIT_MS,
    });
    const data = isRecord(answer) && Array.isArray(answer.data) ? answer.data.filter(isRecord) : [];
    return Object.assign({}, ...data) as Json;
  }

  /** Replaces the fields that are given, and leaves the others. */
  async setProfile(door: DirectDoor, platform: MessagingPlatform, profile: Json): Promise<void> {
    await this.write(door, 'POST', platform, profile);
  }

  async deleteProfile(
    door: DirectDoor,
    platform: MessagingPlatform,
    fields: readonly string[],
  ): Promise<void> {
    await this.write(door, 'DELETE', platform, { fields: [...fields] });
  }

  async controlThread(door: DirectDoor, action: ThreadAction, body: Json): Promise<void> {
    await this.graph.callUnknown({
      method: 'POST',
      host: door.host,
      path: edge(door, `${action}_thread_control`),
      token: door.token,
      body,
      // Who has a conversation already may be given it once more.
      retry: 'safe',
      timeoutMs: LONGEST_WAIT_MS,
    });
  }

  private async write(
    door: DirectDoor,
    method: 'POST' | 'DELETE',
    platform: MessagingPlatform,
    body: Json,
  ): Promise<void> {
    await this.graph.callUnknown({
      method,
      host: door.host,
      path: edge(door, 'messenger_profile'),
      token: door.token,
      body: { ...scopeOf(platform), ...body },
      // Doing either twice leaves the same profile.
      retry: 'safe',
      timeoutMs: LONGEST_WAIT_MS,
    });
  }
}

function scopeOf(platform: MessagingPlatform): { platform?: 'instagram' } {
  return platform === 'instagram' ? { platform } : {};
}
