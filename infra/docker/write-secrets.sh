#!/bin/sh
# Makes the passwords of one installation, once, and writes what each container reads into a volume of its own, readable by
# that container's user alone. What follows from the passwords is written again at every start, so that an installation gets
# the settings of a newer version.
set -eu
umask 077

# Who reads what, by the user ids of the images.
postgres_user=999 bitcoind_user=101 services_user=1000
network=${VCHAIN_NETWORK:-regtest}

case "$network" in
  mainnet) chain=main ;;
  testnet3) chain=test ;;
  testnet4 | signet | regtest) chain=$network ;;
  *)
    echo "VCHAIN_NETWORK is $network, but must be one of mainnet, testnet3, testnet4, signet, regtest" >&2
    exit 1
    ;;
esac

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# give FILE USER: what comes on standard input, whole or not at all.
give() {
  cat > "$1.new"
  chown "$2" "$1.new"
  chmod 0400 "$1.new"
  mv "$1.new" "$1"
}

# password FILE USER: the one that is there, else a new one.
password() {
  [ -s "$1" ] || random | give "$1" "$2"
  cat "$1"
}

regtest_settings() {
  if [ "$network" = regtest ]; then
    echo 'fallbackfee=0.0001'
    echo 'maxtipage=3153600000 # an old tip is not a node that is still syncing'
  fi
}

postgres_password=$(password /secrets/postgres/postgres_password $postgres_user)
node_password=$(password /secrets/bitcoind/rpc_password root)
projector_password=$(password /secrets/roles/projector_password $services_user)
gateway_password=$(password /secrets/roles/gateway_password $services_user)
relay_password=$(password /secrets/roles/relay_password $services_user)
operator_password=$(password /secrets/roles/operator_password $services_user)
# postgres_url USER PASSWORD
postgres_url() { printf '%s' "postgres://$1:$2@postgres:5432/vchain"; }
node_url="http://vchain:$node_password@bitcoind:8332"

postgres_url vchain "$postgres_password" | give /secrets/roles/postgres_url $services_user
postgres_url vchain_projector "$projector_password" | give /secrets/projector/postgres_url $services_user
postgres_url vchain_gateway "$gateway_password" | give /secrets/gateway/postgres_url $services_user
postgres_url vchain_relay "$relay_password" | give /secrets/relay/postgres_url $services_user
postgres_url vchain_projector "$projector_password" | give /secrets/operator/postgres_url $services_user
postgres_url vchain_operator "$operator_password" | give /secrets/operator/access_postgres_url $services_user
printf '%s' "$node_url" | give /secrets/ingester/node_url $services_user
printf '%s' "$node_url" | give /secrets/operator/node_url $services_user

# rpcallowip: whoever is on the network of these containers; the host's side of the port is bound to 127.0.0.1.
give /secrets/bitcoind/bitcoin.conf $bitcoind_user << EOF
chain=$chain
server=1
rest=1
txindex=1
rpcuser=vchain
rpcpassword=$node_password
rpcworkqueue=256
$(regtest_settings)

[$chain]
rpcbind=0.0.0.0
rpcport=8332
rpcallowip=0.0.0.0/0
zmqpubhashblock=tcp://0.0.0.0:28332
EOF

# The folders themselves: open to their reader, closed to everybody else.
for reader in postgres:$postgres_user bitcoind:$bitcoind_user ingester:$services_user projector:$services_user gateway:$services_user relay:$services_user operator:$services_user roles:$services_user; do
  chown "${reader#*:}" "/secrets/${reader%%:*}"
  chmod 0500 "/secrets/${reader%%:*}"
done
