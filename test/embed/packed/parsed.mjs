// Apps in which something reads the body before Lockstep does, as it must not be: `node parsed.mjs express`.
import { buffer } from 'node:stream/consumers';
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import Fastify from 'fastify';
import { createLockstep } from 'lockstep';
import { lockstepExpress } from 'lockstep/express';
import { lockstepFastify } from 'lockstep/fastify';
import { mountLockstep } from 'lockstep/nest';

const { DATABASE_URL, STRIPE_API_BASE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } = process.env;
const lockstep = createLockstep({
  databaseUrl: DATABASE_URL,
  stripeApiBase: STRIPE_API_BASE,
  stripeKey: STRIPE_SECRET_KEY,
  webhookSecret: STRIPE_WEBHOOK_SECRET,
});

class Empty {}
Module({})(Empty);
const nest = (options, ...on) => NestFactory.create(Empty, ...on, { logger: ['error'], ...options });
const readAway = async (_request, _reply, payload) => {
  await buffer(payload);
};

/** Each resolves with where it listens. */
const apps = {
  async express() {
    const app = express();
    app.use(express.json());
    app.use('/billing', lockstepExpress(lockstep, { identify: (req) => ({ username: req.headers['x-user'] }) }));
    return new Promise((resolve) => {
      const server = app.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
    });
  },
  async fastify() {
    const app = Fastify();
    app.addHook('preParsing', readAway);
    await app.register(lockstepFastify(lockstep), { prefix: '/billing' });
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
  nest: () => parsedNest(nest({})),
  'nest with rawBody': () => parsedNest(nest({ rawBody: true })),
  async 'nest on fastify'() {
    const app = await nest({}, new FastifyAdapter());
    app.getHttpAdapter().getInstance().addHook('preParsing', readAway);
    return mounted(app);
  },
  async 'nest, too late'() {
    const app = await nest({});
    await app.init();
    return mounted(app);
  },
};

async function parsedNest(created) {
  const app = await created;
  app.useBodyParser('json');
  return mounted(app);
}

async function mounted(app) {
  await mountLockstep(app, lockstep, { path: '/billing' });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

console.log(await apps[process.argv[2]]());
process.once('SIGTERM', () => void lockstep.stop().then(() => process.exit()));
