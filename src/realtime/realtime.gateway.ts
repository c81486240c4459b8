import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { RealtimeConnections } from './realtime-connections';
import type { RealtimeNamespace } from './realtime-socket';

/** Socket.IO's namespace `/realtime`; its root does the same for clients who take the address for a path. */
@WebSocketGateway({ namespace: '/realtime' })
export class RealtimeGateway implements OnGatewayInit<RealtimeNamespace> {
  constructor(private readonly connections: RealtimeConnections) {}

  afterInit(namespace: RealtimeNamespace): void {
    this.connections.serve(namespace);
    this.connections.serve(namespace.server.of('/'));
  }
}
