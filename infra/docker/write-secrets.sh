#!/bin/sh
# Makes the passwords of one installation, once, and the files that each container reads its own from.
set -eu
cd /run/vchain
if [ -f complete ]; then exit 0; fi

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
node_password=$(random)
postgres_password=$(random)

umask 022 # each container has its own user; the volume is mounted in these containers only
printf '%s' "$postgres_password" > postgres_password
printf 'postgres://vchain:%s@postgres:5432/vchain' "$postgres_password" > postgres_url
printf 'http://vchain:%s@bitcoind:18443' "$node_password" > node_url
cat > bitcoin.conf <<EOF
regtest=1
server=1
rest=1
txindex=1
fallbackfee=0.0001
# An old tip is not a node that is still syncing.
maxtipage=3153600000
rpcuser=vchain
rpcpassword=$node_password
rpcworkqueue=256
[regtest]
rpcbind=0.0.0.0
rpcport=18443
rpcallowip=0.0.0.0/0
zmqpubhashblock=tcp://0.0.0.0:28332
EOF
touch complete
