#!/bin/bash
# One Kafka broker on the loopback interface, for demonstrations and load tests. Not for production.
#
#   broker.sh fetch LIB_DIR              the jars, with Maven; nothing to do if they are there
#   broker.sh start DATA_DIR [LIB_DIR]   prints the bootstrap address; data outlives a restart
#   broker.sh stop DATA_DIR
#
# LIB_DIR is build/kafka/lib of this checkout unless given. JAVA names the Java (17 or newer).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
java=${JAVA:-java}

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 64
}

has_jars() {
  compgen -G "$1/kafka_2.13-*.jar" > /dev/null && compgen -G "$1/log4j-core-*.jar" > /dev/null
}

fetch() {
  has_jars "$1" && return
  mkdir -p "$1"
  mvn -q -Dstyle.color=never -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$(cd "$1" && pwd)"
}

# Two ports that are free now. They are kept in DATA_DIR, so that a restart listens where it did.
free_ports() {
  python3 - <<'PYTHON'
import socket
held = [socket.socket() for _ in range(2)]
for one in held:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))
PYTHON
}

write_settings() {
  local data=$1 port=$2 controller=$3
  cat > "$data/server.properties" <<SETTINGS
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$data/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=8388608
SETTINGS
}

kafka() {
  local lib=$1
  shift
  exec "$java" -Xms256m -Xmx512m -XX:+UseSerialGC -Djava.awt.headless=true \
    -Dlog4j2.configurationFile="$here/log4j2.properties" -cp "$lib/*" "$@"
}

listens() {
  (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

running() {
  [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2> /dev/null
}

start() {
  local data lib=$2 port controller
  has_jars "$lib" || { echo "no jars in $lib: run $0 fetch $lib" >&2; exit 1; }
  mkdir -p "$1"
  data=$(cd "$1" && pwd)
  [ -s "$data/ports" ] || free_ports > "$data/ports"
  read -r port controller < "$data/ports"
  if running "$data"; then
    echo "127.0.0.1:$port"
    return
  fi
  if [ ! -s "$data/server.properties" ]; then
    write_settings "$data" "$port" "$controller"
    (kafka "$lib" kafka.tools.StorageTool format --ignore-formatted \
      -t 4L6g3nShT-eMCtK--X86sw -c "$data/server.properties") > "$data/out.log" 2>&1
  fi
  (kafka "$lib" kafka.Kafka "$data/server.properties") >> "$data/out.log" 2>&1 &
  echo $! > "$data/pid"
  for _ in $(seq 1 240); do
    listens "$port" && { echo "127.0.0.1:$port"; return; }
    running "$data" || break
    sleep 0.25
  done
  echo "the broker did not come up: see $data/out.log" >&2
  exit 1
}

stop() {
  running "$1" || return 0
  kill "$(cat "$1/pid")"
  for _ in $(seq 1 120); do
    running "$1" || return 0
    sleep 0.25
  done
  echo "the broker of $1 does not stop" >&2
  exit 1
}

[ $# -ge 2 ] || usage
case $1 in
  fetch) fetch "$2" ;;
  start) start "$2" "${3:-$here/../../build/kafka/lib}" ;;
  stop) stop "$2" ;;
  *) usage ;;
esac
