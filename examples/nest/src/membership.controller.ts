import { Body, Controller, Get, Headers, Inject, Post, Res, UnauthorizedException } from '@nestjs/common';
import type { Lockstep } from 'lockstep';
import { LOCKSTEP } from 'lockstep/nest';
import { addUser, membership } from './members.js';
import { signedIn, signIn } from './session.js';

@Controller()
export class MembershipController {
  constructor(@Inject(LOCKSTEP) private readonly lockstep: Lockstep) {}

  @Post('sign-in')
  async signIn(
    @Body() { username }: { username: string },
    @Res({ passthrough: true }) response: { header(name: string, value: string): unknown },
  ) {
    await addUser(this.lockstep, username);
    response.header('set-cookie', signIn(username));
    return { username };
  }

  @Post('subscribe')
  async subscribe(@Headers('cookie') cookie: string | undefined) {
    // The server chooses the price, not the browser.
    return this.lockstep.subscriptions.create({ user: userOf(cookie), price: String(process.env.PRICE_ID) });
  }

  @Get('membership')
  async membership(@Headers('cookie') cookie: string | undefined) {
    return { membership: await membership(this.lockstep, userOf(cookie).username) };
  }
}

function userOf(cookie: string | undefined): { username: string } {
  const user = signedIn(cookie);
  if (user === null) throw new UnauthorizedException();
  return user;
}
