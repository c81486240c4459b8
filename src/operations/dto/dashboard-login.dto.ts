import { IsOptional, IsString, Length } from 'class-validator';
import { EmailField } from '../../http/body-fields';

/** What the login page of the dashboard sends: either an address and a password, or an access token. */
export class DashboardLoginDto {
  @IsOptional()
  @EmailField()
  email?: string;

  @IsOptional()
  @IsString()
  @Length(1, 1_000)
  password?: string;

  @IsOptional()
  @IsString()
  @Length(1, 4_000)
  accessToken?: string;
}
