import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { lockstepProvider, mountLockstep } from 'lockstep/nest';
import { lockstep } from './billing.js';
import { MembershipController } from './membership.controller.js';

@Module({ controllers: [MembershipController], providers: [lockstepProvider(lockstep)] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks(); // SIGTERM closes the app, and Lockstep with it
  // Before app.listen(), which adds the body parser: the signature is checked over the exact bytes that Stripe sent.
  await mountLockstep(app, lockstep, { path: '/billing' });
  await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
  await lockstep.start();
  console.log(await app.getUrl());
}

void main();
