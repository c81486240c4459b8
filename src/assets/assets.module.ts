import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AssetsService } from './assets.service';
import { AssetEntity } from './entities/asset.entity';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AssetEntity])],
  providers: [AssetsService],
  exports: [AssetsService],
})
export class AssetsModule {}
