import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditRedaction } from '../../audit/audit-redaction';
import { PersonErasers } from './person-erasers';

/** What the audit log tells of somebody's messages, conversations and contacts goes with these; that it was done stays. */
@Injectable()
export class AuditEraser implements OnModuleInit {
  constructor(
    private readonly erasers: PersonErasers,
    private readonly redaction: AuditRedaction,
  ) {}

  onModuleInit(): void {
    this.erasers.register({
      name: 'audit events',
      eraseMessages: (tx, accountId, messageIds) =>
        this.redaction.redact(tx, accountId, ['message'], messageIds),
      eraseConversations: async (tx, accountId, conversationIds) => {
        await this.redaction.redact(tx, accountId, ['conversation', 'message'], conversationIds);
      },
      erasePerson: async (tx, { accountId, contactIds }) => {
        await this.redaction.redact(tx, accountId, ['contact'], contactIds);
        return 0;
      },
    });
  }
}
