import { Body, Controller, Delete, Get, Header, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from './access.decorators';
import { ApiKeysService } from './api-keys.service';
import type { AuthenticatedUser } from './authenticated-user';
import { ApiKeyDto, ApiKeyListDto, CreateApiKeyDto, CreatedApiKeyDto } from './dto/api-key.dto';

@ApiTags('API keys')
@Controller('auth/api-keys')
@Access('viewer')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  /** Your keys, without the keys themselves. */
  @Get()
  @ApiEnvelope(ApiKeyListDto)
  async list(@CurrentUser() user: AuthenticatedUser): Promise<ApiKeyListDto> {
    const rows = await this.apiKeys.list(user.id);
    return { apiKeys: rows.map((row) => ApiKeyDto.from(row)) };
  }

  /** Makes a key. `key` in the answer is the only time it is shown. */
  @Post()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(CreatedApiKeyDto, 201)
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: CreateApiKeyDto,
  ): Promise<CreatedApiKeyDto> {
    const { row, key } = await this.apiKeys.create(user, dto);
    return CreatedApiKeyDto.withKey(row, key);
  }

  /** Revokes a key, at once. */
  @Delete(':id')
  @ApiEnvelope(null)
  async revoke(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<void> {
    await this.apiKeys.revoke(user.id, id);
  }
}
