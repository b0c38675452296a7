/** The schemas of all records as plain data, by type. Made by `npm run generate` from `src/events.ts`. */
export const SCHEMAS = {
  "log.created": {
    "type": "object",
    "required": [
      "type",
      "schema",
      "log",
      "epoch",
      "sequence",
      "network",
      "chain",
      "magic",
      "firstBlock"
    ],
    "properties": {
      "type": {
        "type": "string",
        "const": "log.created"
      },
      "schema": {
        "type": "number",
        "const": 1
      },
      "log": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "log id: 16 random bytes as hex, the identity of the topic"
      },
      "epoch": {
        "type": "integer",
        "minimum": 0,
        "description": "counts the writers of the log; 0 for log.created"
      },
      "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "1, 2, 3 … without gaps"
      },
      "network": {
        "type": "string"
      },
      "chain": {
        "type": "string"
      },
      "magic": {
        "type": "string",
        "pattern": "^(?:[0-9a-f]{2})*$",
        "description": "bytes as lower-case hex"
      },
      "firstBlock": {
        "type": "integer",
        "minimum": 0,
        "description": "block height"
      }
    },
    "$id": "LogCreated",
    "description": "The first record of a topic: gives it its identity."
  },
  "writer.started": {
    "type": "object",
    "required": [
      "type",
      "schema",
      "log",
      "epoch",
      "sequence",
      "writer"
    ],
    "properties": {
      "type": {
        "type": "string",
        "const": "writer.started"
      },
      "schema": {
        "type": "number",
        "const": 1
      },
      "log": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "log id: 16 random bytes as hex, the identity of the topic"
      },
      "epoch": {
        "type": "integer",
        "minimum": 0,
        "description": "counts the writers of the log; 0 for log.created"
      },
      "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "1, 2, 3 … without gaps"
      },
      "writer": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "random id of the writer"
      }
    },
    "$id": "WriterStarted",
    "description": "Opens an epoch and voids an unfinished block before it."
  },
  "block.connected": {
    "type": "object",
    "required": [
      "type",
      "schema",
      "log",
      "epoch",
      "sequence",
      "height",
      "hash",
      "previousHash",
      "header",
      "time",
      "work",
      "operationCount",
      "digest"
    ],
    "properties": {
      "type": {
        "type": "string",
        "const": "block.connected"
      },
      "schema": {
        "type": "number",
        "const": 1
      },
      "log": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "log id: 16 random bytes as hex, the identity of the topic"
      },
      "epoch": {
        "type": "integer",
        "minimum": 0,
        "description": "counts the writers of the log; 0 for log.created"
      },
      "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "1, 2, 3 … without gaps"
      },
      "height": {
        "type": "integer",
        "minimum": 0,
        "description": "block height"
      },
      "hash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "previousHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "header": {
        "type": "string",
        "pattern": "^[0-9a-f]{160}$",
        "description": "the 80 bytes of the header"
      },
      "time": {
        "type": "integer",
        "minimum": 0,
        "maximum": 4294967295
      },
      "work": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "description": "hashes expected to be tried, as decimal text"
      },
      "operationCount": {
        "type": "integer",
        "minimum": 0
      },
      "digest": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "sha256 over the value bytes of the operation records that follow, in order"
      }
    },
    "$id": "BlockConnected",
    "description": "The branch grew by this block; its operations follow at once."
  },
  "operation": {
    "type": "object",
    "required": [
      "type",
      "schema",
      "log",
      "epoch",
      "sequence",
      "height",
      "blockHash",
      "position",
      "txid",
      "transactionIndex",
      "version",
      "locktime",
      "opcode",
      "name",
      "payload",
      "decoded",
      "senders",
      "inputs",
      "outputs",
      "fee",
      "merklePath"
    ],
    "properties": {
      "type": {
        "type": "string",
        "const": "operation"
      },
      "schema": {
        "type": "number",
        "const": 1
      },
      "log": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "log id: 16 random bytes as hex, the identity of the topic"
      },
      "epoch": {
        "type": "integer",
        "minimum": 0,
        "description": "counts the writers of the log; 0 for log.created"
      },
      "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "1, 2, 3 … without gaps"
      },
      "height": {
        "type": "integer",
        "minimum": 0,
        "description": "block height"
      },
      "blockHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "position": {
        "type": "integer",
        "minimum": 0,
        "description": "position among the operations of the block"
      },
      "txid": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "transactionIndex": {
        "type": "integer",
        "minimum": 0,
        "description": "position of the transaction in the block"
      },
      "version": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 4294967295
      },
      "locktime": {
        "type": "integer",
        "minimum": 0,
        "maximum": 4294967295
      },
      "opcode": {
        "anyOf": [
          {
            "type": "string",
            "pattern": "^[0-9a-f]{2}$"
          },
          {
            "type": "null"
          }
        ]
      },
      "name": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ]
      },
      "payload": {
        "type": "string",
        "pattern": "^(?:[0-9a-f]{2})*$",
        "description": "bytes as lower-case hex"
      },
      "decoded": {
        "description": "what the codec of the chain made of the payload; null when it does not know it"
      },
      "problem": {
        "type": "string",
        "description": "why decoded is null"
      },
      "cut": {
        "type": "string",
        "const": "senders.scriptPubKey",
        "description": "what was left out: the different scripts of the senders take more than 1,000 bytes and twice those of the transaction without witnesses, and are all empty here. Machines ignore such an operation"
      },
      "isWithoutSenders": {
        "type": "boolean",
        "const": true,
        "description": "the chain looks at nothing that the inputs spend: it was not looked up, senders is empty, and fee is 0 and says nothing"
      },
      "senders": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "value",
            "scriptPubKey",
            "scriptType",
            "addresses",
            "txid",
            "index"
          ],
          "properties": {
            "value": {
              "type": "string",
              "pattern": "^-?[0-9]+$",
              "description": "satoshis as decimal text"
            },
            "scriptPubKey": {
              "type": "string",
              "pattern": "^(?:[0-9a-f]{2})*$",
              "description": "bytes as lower-case hex"
            },
            "scriptType": {
              "type": "string"
            },
            "addresses": {
              "type": "array",
              "items": {
                "type": "string"
              }
            },
            "txid": {
              "type": "string",
              "pattern": "^[0-9a-f]{64}$",
              "description": "32 bytes as hex, display order"
            },
            "index": {
              "type": "integer",
              "minimum": 0,
              "maximum": 4294967295
            },
            "scriptOf": {
              "type": "integer",
              "minimum": 0,
              "description": "the script is that of the sender at this earlier index, where it stands; scriptPubKey is empty here. Only where the scripts of all senders would take more than 1,000 bytes and twice those of the transaction without witnesses"
            }
          }
        },
        "description": "the funding outputs, one for each input"
      },
      "inputs": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "txid",
            "index",
            "script",
            "sequence"
          ],
          "properties": {
            "txid": {
              "type": "string",
              "pattern": "^[0-9a-f]{64}$",
              "description": "32 bytes as hex, display order"
            },
            "index": {
              "type": "integer",
              "minimum": 0,
              "maximum": 4294967295
            },
            "script": {
              "type": "string",
              "pattern": "^(?:[0-9a-f]{2})*$",
              "description": "bytes as lower-case hex"
            },
            "sequence": {
              "type": "integer",
              "minimum": 0,
              "maximum": 4294967295
            },
            "witness": {
              "type": "array",
              "items": {
                "type": "string",
                "pattern": "^(?:[0-9a-f]{2})*$",
                "description": "bytes as lower-case hex"
              },
              "description": "the witness items, where there are some and the definition of the chain asks for them at this height; absent else"
            }
          }
        }
      },
      "outputs": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "value",
            "script"
          ],
          "properties": {
            "value": {
              "type": "string",
              "pattern": "^-?[0-9]+$",
              "description": "satoshis as decimal text"
            },
            "script": {
              "type": "string",
              "pattern": "^(?:[0-9a-f]{2})*$",
              "description": "bytes as lower-case hex"
            }
          }
        }
      },
      "fee": {
        "type": "string",
        "pattern": "^-?[0-9]+$",
        "description": "satoshis as decimal text"
      },
      "merklePath": {
        "type": "string",
        "description": "proof that the txid is in the block, as nested netstrings"
      }
    },
    "$id": "Operation",
    "description": "One payload with the magic bytes of the chain, and its transaction."
  },
  "block.disconnected": {
    "type": "object",
    "required": [
      "type",
      "schema",
      "log",
      "epoch",
      "sequence",
      "height",
      "hash",
      "previousHash"
    ],
    "properties": {
      "type": {
        "type": "string",
        "const": "block.disconnected"
      },
      "schema": {
        "type": "number",
        "const": 1
      },
      "log": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "log id: 16 random bytes as hex, the identity of the topic"
      },
      "epoch": {
        "type": "integer",
        "minimum": 0,
        "description": "counts the writers of the log; 0 for log.created"
      },
      "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "1, 2, 3 … without gaps"
      },
      "height": {
        "type": "integer",
        "minimum": 0,
        "description": "block height"
      },
      "hash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "previousHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      }
    },
    "$id": "BlockDisconnected",
    "description": "The newest block of the branch is no longer part of it."
  }
} as const;
