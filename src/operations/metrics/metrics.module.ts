import { Global, Module } from '@nestjs/common';
import { GraphClientModule } from '../../graph-client/graph-client.module';
import { QueueModule } from '../../queue/queue.module';
import { GraphMetrics } from './graph.metrics';
import { HttpMetrics } from './http.metrics';
import { MetricsController } from './metrics.controller';
import { MetricsRegistry } from './metrics-registry';
import { PartitionMetrics } from './partition.metrics';
import { ProcessMetrics } from './process.metrics';
import { QueueMetrics } from './queue.metrics';
import { SharedGauges } from './shared-gauges';

/** What is measured of the ground is measured here; each further part makes its own metrics with these two. */
@Global()
@Module({
  imports: [GraphClientModule, QueueModule],
  controllers: [MetricsController],
  providers: [
    MetricsRegistry,
    SharedGauges,
    HttpMetrics,
    GraphMetrics,
    QueueMetrics,
    PartitionMetrics,
    ProcessMetrics,
  ],
  exports: [MetricsRegistry, SharedGauges],
})
export class MetricsModule {}
