import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { startOpenTelemetry } from './open-telemetry';
import { Tracing } from './tracing';
import { tracesAddressOf } from './tracing-settings';

@Global()
@Module({
  providers: [
    {
      provide: Tracing,
      inject: [AppConfig],
      useFactory: async ({ env }: AppConfig): Promise<Tracing> => {
        return new Tracing(tracesAddressOf(env) === null ? null : await startOpenTelemetry(env));
      },
    },
  ],
  exports: [Tracing],
})
export class TracingModule {}
