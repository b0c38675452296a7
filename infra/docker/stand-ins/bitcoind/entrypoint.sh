#!/bin/bash
# Flags alone are for bitcoind; it runs as the user bitcoin, on the data folder of the image.
set -euo pipefail
if [ "${1:0:1}" = - ]; then set -- bitcoind "$@"; fi
if [ "$1" = bitcoind ]; then
  install -d -o bitcoin -g bitcoin -m 700 "$BITCOIN_DATA"
  chown -R bitcoin:bitcoin "$BITCOIN_DATA"
  set -- "$@" -datadir="$BITCOIN_DATA"
fi
exec setpriv --reuid=bitcoin --regid=bitcoin --init-groups "$@"
