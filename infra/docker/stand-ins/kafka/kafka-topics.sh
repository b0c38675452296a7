#!/bin/bash
exec java -Xmx128m -XX:+UseSerialGC -cp '/opt/kafka/libs/*' org.apache.kafka.tools.TopicCommand "$@"
