# The emulator alone, on the image of `lockstep`.
#
#   docker build -f deploy/Dockerfile -t lockstep .
#   docker build -f deploy/emulator.Dockerfile -t lockstep-emulator .
#   docker run --rm -p 4747:4747 lockstep-emulator
#
# In a network of containers, add the name that the others use: `lockstep-emulator emulator --host 0.0.0.0 --allow-host
# stripe`. Not built in CI. A test runs its health check and its command.
FROM lockstep
EXPOSE 4747
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:4747/_emulator/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["emulator", "--host", "0.0.0.0"]
