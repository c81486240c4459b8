import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { SendResult, StartedSend } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { PreparedBatch, SendingChannel } from '../../sending/sending-channel';
import { SendingChannels } from '../../sending/sending-channels';
import { LastMomentCheck } from './last-moment-check';
import { SendingCall } from './sending-call';
import { type SendingNumber, SendingNumbers } from './sending-numbers';

/** WhatsApp's part of the sending engine. */
@Injectable()
export class WhatsAppSendingChannel implements SendingChannel<SendingNumber>, OnModuleInit {
  readonly platform = 'whatsapp';

  constructor(
    private readonly channels: SendingChannels,
    private readonly numbers: SendingNumbers,
    private readonly tokens: MetaTokenService,
    private readonly check: LastMomentCheck,
    private readonly call: SendingCall,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async findSender(accountId: AccountId, assetId: AssetId): Promise<SendingNumber | null> {
    return this.numbers.find(accountId, assetId);
  }

  async prepare(sends: readonly StartedSend[], number: SendingNumber): Promise<PreparedBatch> {
    const [token, refusals] = await Promise.all([
      this.tokens.tokenFor(number.accountId),
      this.check.refusals(sends, number),
    ]);
    return {
      refusals,
      limitOf: (send) => this.call.limitOf(send),
      send: (send) => this.call.send(send, number, token),
    };
  }

  async refuse(send: StartedSend, number: SendingNumber | null, error: unknown): Promise<SendResult> {
    return this.call.refuse(send, number, error);
  }
}
