// What the framework and the signature cost: Nest on Fastify with the service's own check of the raw bytes, and nothing
// is stored. What it acknowledges is lost.
import 'reflect-metadata';
import { Controller, Headers, HttpCode, HttpException, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { isSignedByAny } from '../../dist/src/crypto/hmac-signature.js';

const secrets = [process.env.META_APP_SECRET];

class WebhooksController {
  receive(request, signature) {
    if (!isSignedByAny(request.body, signature, secrets)) throw new HttpException('Not signed', 401);
    return { success: true, data: { received: true } };
  }
}

class AppModule {}

// Plain JavaScript has no decorators yet: they are called as the compiler would call them.
const method = Object.getOwnPropertyDescriptor(WebhooksController.prototype, 'receive');
Post()(WebhooksController.prototype, 'receive', method);
HttpCode(200)(WebhooksController.prototype, 'receive', method);
Req()(WebhooksController.prototype, 'receive', 0);
Headers('x-hub-signature-256')(WebhooksController.prototype, 'receive', 1);
Controller('api/meta/webhook/events')(WebhooksController);
Module({ controllers: [WebhooksController] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false, bodyParser: false });
const fastify = app.getHttpAdapter().getInstance();
fastify.removeAllContentTypeParsers();
fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
await app.listen(Number(process.env.PORT), '127.0.0.1');
