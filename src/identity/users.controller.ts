import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UserId } from '../database/ids';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { OffsetPaginationDto } from '../http/page.dto';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access } from './access.decorators';
import { LockoutDto } from './dto/lockout.dto';
import { CreateUserDto, ListUsersQuery, RemoveUserQuery, UpdateUserDto } from './dto/user-requests.dto';
import { UserDto, UserListDto } from './dto/user.dto';
import { UsersService } from './users.service';

@ApiTags('Users')
@Controller('users')
@Access('admin')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /** All users, oldest first. */
  @Get()
  @ApiEnvelope(UserListDto)
  async list(@Query() query: ListUsersQuery): Promise<UserListDto> {
    const { users, total } = await this.users.page(query.limit, query.offset);
    return {
      users: users.map((user) => UserDto.from(user)),
      pagination: OffsetPaginationDto.of(query, total),
    };
  }

  /** Makes a user. */
  @Post()
  @ApiEnvelope(UserDto, 201)
  @ApiErrors('CONFLICT')
  async create(@Body() { email, password, name, role }: CreateUserDto): Promise<UserDto> {
    return UserDto.from(await this.users.create({ email, password, name, role }));
  }

  /** One user. */
  @Get(':id')
  @ApiEnvelope(UserDto)
  async get(@Param('id', UuidParam) id: string): Promise<UserDto> {
    return UserDto.from(await this.users.get(id));
  }

  /** Changes what is sent and leaves the rest. The last admin stays one. */
  @Patch(':id')
  @ApiEnvelope(UserDto)
  @ApiErrors('CONFLICT')
  async update(@Param('id', UuidParam) id: string, @Body() changes: UpdateUserDto): Promise<UserDto> {
    return UserDto.from(await this.users.update(id as UserId, changes));
  }

  /** Whether the user's logins have to wait, for wrong passwords, and from where these came. */
  @Get(':id/lockout')
  @ApiEnvelope(LockoutDto)
  async lockout(@Param('id', UuidParam) id: string): Promise<LockoutDto> {
    return LockoutDto.of(await this.users.lockout(id as UserId), new Date());
  }

  /** Lets the user log in again at once, from everywhere. Wrong passwords are counted anew. */
  @Post(':id/unlock')
  @ApiEnvelope(LockoutDto)
  async unlock(@Param('id', UuidParam) id: string): Promise<LockoutDto> {
    return LockoutDto.of(await this.users.unlock(id as UserId), new Date());
  }

  /** Removes a user together with their sessions and API keys. The last admin cannot be removed. */
  @Delete(':id')
  @ApiEnvelope(null)
  @ApiErrors('CONFLICT')
  async remove(@Param('id', UuidParam) id: string, @Query() query: RemoveUserQuery): Promise<void> {
    await this.users.remove(id as UserId, query.transferAccountsTo as UserId | undefined);
  }
}
