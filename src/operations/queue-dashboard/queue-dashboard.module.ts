import { Module } from '@nestjs/common';
import { CryptoModule } from '../../crypto/crypto.module';
import { QueueModule } from '../../queue/queue.module';
import { DashboardLoginController } from './dashboard-login.controller';
import { DashboardSession } from './dashboard-session';
import { QueueBoard } from './queue-board';

@Module({
  imports: [CryptoModule, QueueModule],
  controllers: [DashboardLoginController],
  providers: [DashboardSession, QueueBoard],
})
export class QueueDashboardModule {}
