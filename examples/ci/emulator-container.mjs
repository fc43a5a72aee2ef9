// The emulator in a container, for tests with Testcontainers (npm install --save-dev testcontainers). Not built in CI.
//
//   docker build -f deploy/Dockerfile -t lockstep . && docker build -f deploy/emulator.Dockerfile -t lockstep-emulator .
//
//   const container = await new EmulatorContainer().start();
//   const stripe = new Stripe('sk_test_ns_ada', container.sdk);
//   await container.stop();
import { GenericContainer, Wait } from 'testcontainers';

const PORT = 4747;

export class EmulatorContainer {
  #container;

  constructor(image = 'lockstep-emulator') {
    this.#container = new GenericContainer(image)
      // The port of the host is the same, so that links to Checkout and other pages lead to the container.
      .withExposedPorts({ container: PORT, host: PORT })
      .withWaitStrategy(Wait.forHttp('/_emulator/health', PORT));
  }

  async start() {
    const started = await this.#container.start();
    const host = started.getHost();
    const port = started.getMappedPort(PORT);
    return {
      url: `http://${host}:${port}`,
      /** For the official SDK: `new Stripe('sk_test_ns_ada', container.sdk)`. */
      sdk: { host, port, protocol: 'http' },
      stop: () => started.stop(),
    };
  }
}
