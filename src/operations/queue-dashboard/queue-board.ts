import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import fastify, { type FastifyInstance } from 'fastify';
import { Queues } from '../../queue/queues';

export const BOARD_PATH = '/admin/queues';

/**
 * The board of bull-board. It has a server of its own that listens nowhere, so that its parsers, errors and page templates
 * touch nothing of the API's. Made when somebody first asks for it: its libraries are megabytes that most processes never
 * need.
 */
@Injectable()
export class QueueBoard implements OnApplicationShutdown {
  private readonly log = new Logger(QueueBoard.name);
  private board: Promise<FastifyInstance> | null = null;

  constructor(private readonly queues: Queues) {}

  /** Answers a request whose sender was let in. */
  async serve(request: IncomingMessage, response: ServerResponse, isReadOnly: boolean): Promise<void> {
    this.board ??= this.build(isReadOnly).catch((error: unknown) => {
      this.board = null;
      throw error;
    });
    (await this.board).routing(request, response);
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.board?.catch(() => null))?.close();
  }

  private async build(isReadOnly: boolean): Promise<FastifyInstance> {
    const [{ createBullBoard }, { BullAdapter }, { FastifyAdapter }] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullAdapter'),
      import('@bull-board/fastify'),
    ]);
    const adapter = new FastifyAdapter();
    adapter.setBasePath(BOARD_PATH);
    createBullBoard({
      queues: this.queues.all().map((queue) => new BullAdapter(queue, { readOnlyMode: isReadOnly })),
      serverAdapter: adapter,
      options: {
        uiConfig: { boardTitle: 'Queues', hideRedisDetails: true },
      },
    });
    const server = fastify();
    server.setErrorHandler((error, _request, reply) => {
      this.log.warn(
        `The dashboard of the queues failed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
      return reply.status(500).send({ error: 'The dashboard could not do this.' });
    });
    await server.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
    await server.ready();
    return server;
  }
}
