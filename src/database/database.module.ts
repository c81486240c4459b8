import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config';
import { dataSourceOptions } from './data-source';
import { DatabaseMigrator } from './database-migrator';
import { PartitionScheduler } from './partition.scheduler';
import { SchemaOwner } from './schema-owner';
import { StatisticsScheduler } from './statistics.scheduler';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ env }: AppConfig) => ({
        ...dataSourceOptions(env.DATABASE_URL, env.DATABASE_POOL_SIZE),
        autoLoadEntities: true,
        retryAttempts: 10,
        retryDelay: 2_000,
      }),
    }),
  ],
  providers: [SchemaOwner, DatabaseMigrator, PartitionScheduler, StatisticsScheduler],
  exports: [DatabaseMigrator],
})
export class DatabaseModule {}
