import { Controller, Header, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiHeader, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawResponse } from '../../http/envelope';
import { Public } from '../../identity/access.decorators';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { FlowEndpointService } from './flow-endpoint.service';

/** What WhatsApp calls while a person goes through a flow. */
@ApiTags('WhatsApp flows')
@Controller('meta/whatsapp/flows/endpoint')
export class FlowEndpointController {
  constructor(private readonly endpoint: FlowEndpointService) {}

  /**
   * Answers WhatsApp for a flow.
   *
   * @remarks Meta calls this, nobody else. Request and answer are encrypted: AES-GCM under a key that is itself under
   * the business account’s RSA key. Other statuses are for the phone and have no body, or an encrypted one: 421, it was
   * encrypted with another key, so that the phone fetches ours anew; 427, the flow’s token is no longer valid; 432, it
   * was not signed by Meta; 502, your own endpoint gave no usable answer in time; 503, the flow has none.
   */
  @RateLimit('meta')
  @Post(':id')
  @Public()
  @RawResponse()
  @RouteConfig({ rawBody: true })
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiParam({ name: 'id', type: String, format: 'uuid', description: 'Our id of the flow.' })
  @ApiHeader({
    name: 'X-Hub-Signature-256',
    required: true,
    description: '`sha256=` and the hex HMAC-SHA256 of the raw body under the app secret.',
  })
  @ApiBody({
    description: 'Three fields in base64: the request, the key it is encrypted with, and the vector.',
    schema: {
      type: 'object',
      required: ['encrypted_flow_data', 'encrypted_aes_key', 'initial_vector'],
      properties: {
        encrypted_flow_data: { type: 'string' },
        encrypted_aes_key: { type: 'string' },
        initial_vector: { type: 'string' },
      },
    },
  })
  @ApiOkResponse({
    description: 'The encrypted answer, in base64.',
    content: { 'text/plain': { schema: { type: 'string', example: 'q83vEjRWeJCrze8=' } } },
  })
  async answer(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Headers('x-hub-signature-256') signature: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { status, body } = await this.endpoint.answer(id, bytes, signature);
    void reply.status(status);
    return body;
  }
}
