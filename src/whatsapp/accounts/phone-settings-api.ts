import { Injectable } from '@nestjs/common';
import { Expose, Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { OptionalText, isRecord, textAt } from '../meta-values';
import { GraphWritten, requireWritten } from '../whatsapp-api.responses';

const INTERACTIVE_MS = 6_000;

/** An object of Meta's that is passed on as it is. */
class GraphObject {
  @Expose()
  @Transform(({ obj }: { obj: unknown }) => obj)
  @IsObject()
  raw!: Readonly<Record<string, unknown>>;
}

class GraphUsername {
  @OptionalText() username?: string;
  @OptionalText() status?: string;
}

/** In Meta's names. */
export interface ConversationalAutomation {
  enable_welcome_message?: boolean;
  prompts?: readonly string[];
  commands?: readonly { command_name: string; command_description: string }[];
}

/** The Graph endpoints of what can be set for one phone number. */
@Injectable()
export class PhoneSettingsApi {
  constructor(private readonly graph: GraphClient) {}

  async settings(token: string, phoneNumberId: string): Promise<Readonly<Record<string, unknown>>> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: `${pathOf(phoneNumberId)}/settings`,
      token,
      response: GraphObject,
      timeoutMs: INTERACTIVE_MS,
    });
    return raw;
  }

  /** What is left out stays as it is. */
  async changeSettings(
    token: string,
    phoneNumberId: string,
    change: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'POST',
        path: `${pathOf(phoneNumberId)}/settings`,
        token,
        body: { ...change },
        response: GraphWritten,
      }),
    );
  }

  async username(
    token: string,
    phoneNumberId: string,
  ): Promise<{ username: string | null; status: string | null }> {
    return usernameOf(
      await this.graph.call({
        method: 'GET',
        path: `${pathOf(phoneNumberId)}/username`,
        token,
        response: GraphUsername,
        timeoutMs: INTERACTIVE_MS,
      }),
    );
  }

  /** @returns Meta's verdict: `approved`, or `reserved` */
  async setUsername(token: string, phoneNumberId: string, username: string): Promise<string | null> {
    const answer = await this.graph.call({
      method: 'POST',
      path: `${pathOf(phoneNumberId)}/username`,
      token,
      body: { username },
      response: GraphUsername,
    });
    return answer.status ?? null;
  }

  async removeUsername(token: string, phoneNumberId: string): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'DELETE',
        path: `${pathOf(phoneNumberId)}/username`,
        token,
        response: GraphWritten,
        retry: 'safe',
      }),
    );
  }

  async automation(token: string, phoneNumberId: string): Promise<ConversationalAutomation> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: pathOf(phoneNumberId),
      token,
      query: { fields: 'conversational_automation' },
      response: GraphObject,
      timeoutMs: INTERACTIVE_MS,
    });
    return automationOf(raw.conversational_automation);
  }

  async setAutomation(
    token: string,
    phoneNumberId: string,
    automation: ConversationalAutomation,
  ): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'POST',
        path: `${pathOf(phoneNumberId)}/conversational_automation`,
        token,
        body: { ...automation },
        response: GraphWritten,
        retry: 'safe',
      }),
    );
  }

  /** Where Meta sends the number's messages, by level. */
  async webhookConfiguration(
    token: string,
    phoneNumberId: string,
  ): Promise<Readonly<Record<string, string>>> {
    const { raw } = await this.graph.call({
      method: 'GET',
      path: pathOf(phoneNumberId),
      token,
      query: { fields: 'webhook_configuration' },
      response: GraphObject,
      timeoutMs: INTERACTIVE_MS,
    });
    const configuration = isRecord(raw.webhook_configuration) ? raw.webhook_configuration : {};
    return Object.fromEntries(
      Object.entries(configuration).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  }
}

function pathOf(phoneNumberId: string): string {
  return `/${encodeURIComponent(phoneNumberId)}`;
}

function usernameOf({ username, status }: GraphUsername): { username: string | null; status: string | null } {
  return { username: username ?? null, status: status ?? null };
}

function automationOf(value: unknown): ConversationalAutomation {
  if (!isRecord(value)) return {};
  const { enable_welcome_message: welcome, prompts, commands } = value;
  return {
    ...(typeof welcome === 'boolean' ? { enable_welcome_message: welcome } : {}),
    prompts: Array.isArray(prompts) ? prompts.filter((item) => typeof item === 'string') : [],
    commands: (Array.isArray(commands) ? commands : []).flatMap((item: unknown) => {
      const [name, description] = [textAt(item, 'command_name'), textAt(item, 'command_description')];
      return name === undefined ? [] : [{ command_name: name, command_description: description ?? '' }];
    }),
  };
}
