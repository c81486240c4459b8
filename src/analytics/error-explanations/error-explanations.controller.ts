import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access } from '../../identity/access.decorators';
import { ErrorQuery } from '../dto/error-query.dto';
import { ErrorExplanationDto } from '../dto/failures.dto';
import { explainError } from './error-explanation';

@ApiTags('WhatsApp metrics')
@Controller('meta/whatsapp/errors')
export class ErrorExplanationsController {
  /**
   * Explains an error code: the cause, who must act, and whether sending again helps.
   *
   * @remarks For codes of Meta's, in digits, and for those of this service that stand at failed messages. A code that is not in
   * our catalogue is answered, too, and says so: its `source` is null.
   */
  @Get(':code')
  @Access('viewer')
  @ApiParam({ name: 'code', description: 'Meta’s code, or a word of this service.', example: '131049' })
  @ApiEnvelope(ErrorExplanationDto)
  @ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMITED')
  explain(@Param('code') code: string, @Query() { subcode }: ErrorQuery): ErrorExplanationDto {
    if (!/^[\w.-]{1,64}$/.test(code))
      throw ValidationFailedError.of('code', 'isCode', 'code must be a number of Meta’s, or a word of ours.');
    return ErrorExplanationDto.from(explainError(code, subcode ?? null));
  }
}
