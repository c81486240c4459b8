import { ApiProperty } from '@nestjs/swagger';
import { type AddressCount, EVERYWHERE } from '../login-lock';

export class LockoutAddressDto {
  @ApiProperty({
    type: String,
    description: 'An IPv4 address, or the /64 network of an IPv6 address.',
    example: '203.0.113.9',
  })
  address!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Wrong passwords from there since the last login.',
    example: 6,
  })
  failures!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Until when logins wait.' })
  lockedUntil!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The last login from there.',
  })
  lastLoginAt!: string | null;
}

export class LockoutDto {
  @ApiProperty({ type: 'integer', description: 'Wrong passwords from everywhere, of one day.', example: 6 })
  failures!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when logins wait from addresses that the user did not come from in the last 30 days.',
  })
  lockedUntil!: string | null;

  @ApiProperty({ type: LockoutAddressDto, isArray: true, description: 'The latest, at most 100.' })
  addresses!: LockoutAddressDto[];

  static of(counts: readonly AddressCount[], now: Date): LockoutDto {
    const all = counts.find(({ address }) => address === EVERYWHERE);
    const until = (lockedUntil: Date | null | undefined): string | null =>
      lockedUntil != null && lockedUntil > now ? lockedUntil.toISOString() : null;
    return {
      failures: all?.failures ?? 0,
      lockedUntil: until(all?.lockedUntil),
      addresses: counts
        .filter(({ address }) => address !== EVERYWHERE)
        .map(({ address, failures, lockedUntil, lastLoginAt }) => ({
          address,
          failures,
          lockedUntil: until(lockedUntil),
          lastLoginAt: lastLoginAt?.toISOString() ?? null,
        })),
    };
  }
}
