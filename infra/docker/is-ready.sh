#!/bin/bash
# Asks the service in this container whether it is ready; the exit code is the answer. A shell with a socket, because a Node
# process for every check is dear where many containers share few cores.
exec 3<> "/dev/tcp/127.0.0.1/${VCHAIN_HTTP_PORT:-8080}" 2> /dev/null || exit 1
printf 'GET /ready HTTP/1.0\r\n\r\n' >&3
{ read -r -t 3 -u 3 _ status _ && [ "$status" = 200 ]; } || exit 1
