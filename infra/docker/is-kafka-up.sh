#!/bin/bash
# Exit 0 if the broker answers a request (ApiVersions, version 0) on its port inside the network of the containers.
exec 3<> /dev/tcp/127.0.0.1/${1:-9092} 2> /dev/null || exit 1
# length 15; api key 18, version 0, correlation id 1, client id "check"
printf '\0\0\0\x0f\0\x12\0\0\0\0\0\x01\0\x05check' >&3
# the length of the answer begins with a zero byte, so count what comes instead of keeping it
[ "$(timeout 3 head -c 8 <&3 | tail -c 4 | od -An -tx1 | tr -d ' \n')" = 00000001 ]
