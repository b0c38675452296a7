import client from 'kafkajs';

/** The values of kafkajs by name: it is CommonJS, and Node does not find all of its names by itself. */
export const { AssignerProtocol, ConfigResourceTypes, Kafka, logLevel, Partitioners } = client;
