/** The schemas of all entries of a feed as plain data, by type. Made by `npm run generate` from `src/feed-entries.ts`. */
export const FEED_ENTRY_SCHEMAS = {
  "genesis": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "genesis"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
      },
      "height": {
        "type": "integer",
        "minimum": 0,
        "description": "block height"
      },
      "blockHash": {
        "type": "null"
      },
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      }
    },
    "description": "The rows that a machine begins with, before its first block."
  },
  "block.opened": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes",
      "previousHash",
      "time"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "block.opened"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
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
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      },
      "previousHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "time": {
        "type": "integer"
      }
    },
    "description": "A block that the state went through began."
  },
  "operation.accepted": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes",
      "code",
      "detail",
      "operation"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "operation.accepted"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
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
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      },
      "code": {
        "anyOf": [
          {
            "type": "string",
            "description": "why it was not accepted"
          },
          {
            "type": "null"
          }
        ]
      },
      "detail": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ]
      },
      "operation": {
        "type": "object",
        "required": [
          "txid",
          "height",
          "position",
          "payload"
        ],
        "properties": {
          "txid": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "32 bytes as hex, display order"
          },
          "height": {
            "type": "integer",
            "minimum": 0,
            "description": "block height"
          },
          "position": {
            "type": "integer"
          },
          "payload": {
            "type": "string"
          }
        },
        "additionalProperties": true,
        "description": "the operation as the log has it"
      }
    },
    "description": "An operation was judged to be valid."
  },
  "operation.rejected": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes",
      "code",
      "detail",
      "operation"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "operation.rejected"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
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
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      },
      "code": {
        "anyOf": [
          {
            "type": "string",
            "description": "why it was not accepted"
          },
          {
            "type": "null"
          }
        ]
      },
      "detail": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ]
      },
      "operation": {
        "type": "object",
        "required": [
          "txid",
          "height",
          "position",
          "payload"
        ],
        "properties": {
          "txid": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "32 bytes as hex, display order"
          },
          "height": {
            "type": "integer",
            "minimum": 0,
            "description": "block height"
          },
          "position": {
            "type": "integer"
          },
          "payload": {
            "type": "string"
          }
        },
        "additionalProperties": true,
        "description": "the operation as the log has it"
      }
    },
    "description": "An operation was judged not to be valid."
  },
  "operation.ignored": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes",
      "code",
      "detail",
      "operation"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "operation.ignored"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
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
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      },
      "code": {
        "anyOf": [
          {
            "type": "string",
            "description": "why it was not accepted"
          },
          {
            "type": "null"
          }
        ]
      },
      "detail": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ]
      },
      "operation": {
        "type": "object",
        "required": [
          "txid",
          "height",
          "position",
          "payload"
        ],
        "properties": {
          "txid": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "32 bytes as hex, display order"
          },
          "height": {
            "type": "integer",
            "minimum": 0,
            "description": "block height"
          },
          "position": {
            "type": "integer"
          },
          "payload": {
            "type": "string"
          }
        },
        "additionalProperties": true,
        "description": "the operation as the log has it"
      }
    },
    "description": "An operation that the machine cannot read."
  },
  "block.sealed": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes",
      "opsHash",
      "consensusHash",
      "changesHash"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "block.sealed"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
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
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      },
      "opsHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      },
      "consensusHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
        "description": "consensus hash"
      },
      "changesHash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "32 bytes as hex, display order"
      }
    },
    "description": "A block ended; its hashes."
  },
  "block.retracted": {
    "type": "object",
    "required": [
      "kind",
      "cursor",
      "height",
      "blockHash",
      "changes"
    ],
    "properties": {
      "kind": {
        "type": "string",
        "const": "block.retracted"
      },
      "cursor": {
        "type": "string",
        "description": "where to go on behind this entry"
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
      "changes": {
        "type": "array",
        "items": {
          "type": "object",
          "required": [
            "collection",
            "key",
            "before",
            "after"
          ],
          "properties": {
            "collection": {
              "type": "string"
            },
            "key": {
              "type": "array",
              "items": {},
              "description": "the values of the columns of the key"
            },
            "before": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            },
            "after": {
              "anyOf": [
                {
                  "type": "object",
                  "patternProperties": {
                    "^.*$": {}
                  },
                  "description": "a row, by column"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        "description": "rows that changed; whoever puts every after in its place has the state"
      }
    },
    "description": "The newest block was taken back; its changes undo all of it."
  }
} as const;
