import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { AppTokens } from './app-tokens';
import { GraphCircuit } from './graph-circuit';
import { GraphClient } from './graph-client';
import { GraphDownloads } from './graph-downloads';
import { GraphTransport } from './graph-transport';
import { GraphUsage } from './graph-usage';
import { HostedVideoUpload } from './hosted-video-upload';
import { ResumableUpload } from './resumable-upload';

@Module({
  imports: [HttpModule],
  providers: [
    GraphClient,
    GraphTransport,
    GraphUsage,
    AppTokens,
    GraphDownloads,
    HostedVideoUpload,
    ResumableUpload,
    { provide: GraphCircuit, useFactory: () => new GraphCircuit() },
  ],
  exports: [
    GraphClient,
    GraphDownloads,
    HostedVideoUpload,
    ResumableUpload,
    GraphUsage,
    GraphCircuit,
    AppTokens,
  ],
})
export class GraphClientModule {}
