import { Module } from '@nestjs/common';
import { AuditWriter } from './audit-writer';

/** All that a command needs, which has no requests. */
@Module({ providers: [AuditWriter], exports: [AuditWriter] })
export class AuditWriterModule {}
