import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AppConfig } from '../config/app-config';
import { HealthController } from './health.controller';
import { logOptions } from './log-options';
import { ReadinessService } from './readiness.service';

@Module({
  imports: [
    LoggerModule.forRootAsync({
      imports: [],
      providers: [],
      inject: [AppConfig],
      useFactory: ({ env }: AppConfig) => logOptions(env),
    }),
  ],
  controllers: [HealthController],
  providers: [ReadinessService],
})
export class OperationsModule {}
