import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, ConfigService } from '@nestjs/config';
import { AppConfig } from './app-config';
import { type Env, parseEnv } from './env';

@Global()
@Module({})
export class ConfigModule {
  /** @param source the environment; tests hand in their own instead of changing the process's */
  static forEnvironment(source: Readonly<Record<string, string | undefined>>): DynamicModule {
    return {
      module: ConfigModule,
      imports: [
        NestConfigModule.forRoot({
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          load: [() => ({ env: parseEnv(source) })],
        }),
      ],
      providers: [
        {
          provide: AppConfig,
          inject: [ConfigService],
          useFactory: (settings: ConfigService<{ env: Env }, true>) =>
            new AppConfig(settings.get('env', { infer: true })),
        },
      ],
      exports: [AppConfig],
    };
  }
}
