#!/bin/sh
# Starts the emulator in the background, and waits until it is up. Copy it into your repository.
#
#   EMULATOR_PORT  the port; default 4747
#   LOCKSTEP       the command; default npx --no-install lockstep
#
# The log is emulator.log. The process id is in emulator.pid.
set -eu
port="${EMULATOR_PORT:-4747}"
${LOCKSTEP:-npx --no-install lockstep} emulator --port "$port" --log-level info > emulator.log 2>&1 &
echo $! > emulator.pid
tries=0
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/_emulator/health"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 150 ] || ! kill -0 "$(cat emulator.pid)" 2> /dev/null; then
    echo "The emulator did not start. Its log:" >&2
    cat emulator.log >&2
    exit 1
  fi
  sleep 0.2
done
echo "The emulator is up: http://127.0.0.1:$port"
