import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { SetUsernameDto, UsernameDto } from '../dto/phone-number.dto';
import { ChangeSettingsDto, ConversationalAutomationDto, NumberSettingsDto } from '../dto/phone-settings.dto';
import { ApiNumber } from './number-path';
import { NumberScope } from './number-scope';
import type { ConversationalAutomation } from './phone-settings-api';
import { PhoneSettingsService } from './phone-settings.service';

@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp/phone-numbers/:id')
export class PhoneSettingsController {
  constructor(
    private readonly settings: PhoneSettingsService,
    private readonly scope: NumberScope,
  ) {}

  /** Meta's settings of the number: calls, identity check, where messages are kept. */
  @Get('settings')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(NumberSettingsDto)
  async getSettings(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
  ): Promise<NumberSettingsDto> {
    return { settings: { ...(await this.settings.settings(await this.scope.of(user, id))) } };
  }

  /** Changes settings, in Meta's own names, and answers with all of them as Meta has them then. */
  @Put('settings')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(NumberSettingsDto)
  async putSettings(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() body: ChangeSettingsDto,
  ): Promise<NumberSettingsDto> {
    const of = await this.scope.of(user, id);
    await this.settings.changeSettings(of, Object.fromEntries(Object.entries(body)));
    return { settings: { ...(await this.settings.settings(of)) } };
  }

  /** The username by which people find the number, as Meta has it now. */
  @Get('username')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(UsernameDto)
  async getUsername(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<UsernameDto> {
    return this.settings.username(await this.scope.of(user, id));
  }

  /** Asks for a username. `reserved`: Meta sets it aside until usernames are open to everybody. */
  @Put('username')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(UsernameDto)
  async putUsername(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { username }: SetUsernameDto,
  ): Promise<UsernameDto> {
    return this.settings.setUsername(await this.scope.of(user, id), username);
  }

  /** Gives the username up: somebody else may take it. */
  @Delete('username')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(null)
  async deleteUsername(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<null> {
    await this.settings.removeUsername(await this.scope.of(user, id));
    return null;
  }

  /** Welcome message, ice breakers and commands, as Meta has them now. */
  @Get('conversational-automation')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(ConversationalAutomationDto)
  async getAutomation(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
  ): Promise<ConversationalAutomationDto> {
    return automationOf(await this.settings.automation(await this.scope.of(user, id)));
  }

  /** Sets welcome message, ice breakers and commands, all at once. */
  @BodyExample({ prompts: ['Where is my order?'] })
  @Put('conversational-automation')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(ConversationalAutomationDto)
  async putAutomation(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() body: ConversationalAutomationDto,
  ): Promise<ConversationalAutomationDto> {
    const of = await this.scope.of(user, id);
    const { enableWelcomeMessage = false, prompts = [], commands = [] } = body;
    await this.settings.setAutomation(of, {
      enable_welcome_message: enableWelcomeMessage,
      prompts,
      commands: commands.map(({ name, description }) => ({
        command_name: name,
        command_description: description,
      })),
    });
    return automationOf(await this.settings.automation(of));
  }
}

function automationOf(automation: ConversationalAutomation): ConversationalAutomationDto {
  const { enable_welcome_message: enableWelcomeMessage = false, prompts = [], commands = [] } = automation;
  return {
    enableWelcomeMessage,
    prompts: [...prompts],
    commands: commands.map((command) => ({
      name: command.command_name,
      description: command.command_description,
    })),
  };
}
