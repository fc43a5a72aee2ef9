// The sample nest as its main.ts has it, on Fastify.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { lockstepProvider, mountLockstep } from 'lockstep/nest';

const sample = createRequire(new URL('examples/nest/src/', import.meta.url));
const { lockstep } = sample('./billing.js');
const { MembershipController } = sample('./membership.controller.js');

class AppModule {}
Module({ controllers: [MembershipController], providers: [lockstepProvider(lockstep)] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await mountLockstep(app, lockstep, { path: '/billing' });
await app.listen(Number(process.env.PORT), '127.0.0.1');
await lockstep.start();
console.log(await app.getUrl());
