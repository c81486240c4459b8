import { Body, Controller, Delete, Get, Module, Param, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { IsInt, IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { ServiceUnavailableError, ValidationFailedError } from '../src/errors/app.error';
import { IfPresent, NestedArray, NestedObject } from '../src/http/body-fields';
import { RawResponse } from '../src/http/envelope';
import { OffsetPageQuery } from '../src/http/page.dto';
import { QueryBoolean } from '../src/http/query-fields';
import { UuidParam } from '../src/http/uuid-param.pipe';
import { Public } from '../src/identity/access.decorators';

class PartDto {
  @IsString() @MaxLength(10) text!: string;
}

class ProbeDto {
  @IsString() name!: string;
  @IfPresent() @IsInt() count?: number;
  @IfPresent() @NestedObject(() => PartDto) header?: PartDto;
  @IfPresent() @NestedArray(() => PartDto) components?: PartDto[];
}

class ProbeQuery extends OffsetPageQuery {
  @IfPresent() @QueryBoolean() refresh?: boolean;
}

@Controller('probe')
@Public()
class ProbeController {
  @Post() echo(@Body() dto: ProbeDto): ProbeDto {
    return dto;
  }
  @Get() list(@Query() query: ProbeQuery): ProbeQuery {
    return query;
  }
  @Get('challenge') @RawResponse() challenge(@Query('hub.challenge') challenge: string): string {
    return challenge;
  }
  @Get('nothing') nothing(): void {
    return;
  }
  @Get('defect') defect(): never {
    throw new Error('secret detail postgres://u:p@h/d');
  }
  @Get('down') down(): never {
    throw new ServiceUnavailableError('Not now.');
  }
  @Get('refused') refused(): never {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
  }
  @Get('items/:id') item(@Param('id', UuidParam) id: string): string {
    return id;
  }
  @Delete('items/:id') remove(@Body() body: unknown): { body: unknown } {
    return { body: body ?? null };
  }
  @Post('raw') @RouteConfig({ rawBody: true }) raw(@Req() request: FastifyRequest): {
    bytes: number;
    text: string;
  } {
    if (!Buffer.isBuffer(request.body)) throw ValidationFailedError.of('', 'bytes', 'no bytes');
    return { bytes: request.body.length, text: request.body.subarray(0, 50).toString('latin1') };
  }
  @Post('form') @RouteConfig({ formBody: true }) form(
    @Body() body: Record<string, unknown>,
  ): Record<string, unknown> {
    return body;
  }
}

/** Routes that do one thing each, for tests of what happens around every route. */
@Module({ controllers: [ProbeController] })
export class ProbeModule {}
