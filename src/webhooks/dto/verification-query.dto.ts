import { ApiHideProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';

/** The dots are part of the names; the query parser must leave them alone. */
export class VerificationQuery {
  @ApiHideProperty() @IsOptional() @IsString() @Length(1, 64) 'hub.mode'?: string;
  @ApiHideProperty() @IsOptional() @IsString() @Length(1, 1_000) 'hub.verify_token'?: string;
  /** Not always a number. */
  @ApiHideProperty() @IsOptional() @IsString() @Length(1, 1_000) 'hub.challenge'?: string;
}
