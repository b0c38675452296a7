"""python reader.py <host:port,...> <topic> <file>
Follows the operation log of a virtual chain, and keeps the blocks of its branch with their operations in a file. May be
killed at any moment and started again. What it does, and why: docs/reference/reading-the-log.md."""
import bisect, hashlib, json, os, sys
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

SETTINGS = {  # never to jump to another place without a word; a group has to be named, and none is joined
    "isolation.level": "read_committed", "auto.offset.reset": "error", "allow.auto.create.topics": False,
    "enable.partition.eof": True, "enable.auto.commit": False, "group.id": "none",
}
START = dict(log=None, first=None, epoch=0, writer=None, sequence=0, offset=None, height=None, hash=None)
OWNERS = {"log.created": "log", "writer.started": "writer", "operation": "blockHash"}
REMEMBERED = 10_000  # records
class LogFault(Exception): """The next record does not follow on what was read."""
def expect(holds, problem):
    if not holds: raise LogFault(problem)
def owner_of(event): return event[OWNERS.get(event["type"], "hash")]  # what a record belongs to
def parent_of(event, first):  # where the branch ends below a block
    return (event["height"] - 1, event["previousHash"]) if event["height"] > first else (None, None)

class Reader:
    def __init__(self, brokers, topic, file):
        self.partition, self.file = (topic, 0), file
        self.consumer = Consumer({"bootstrap.servers": brokers, **SETTINGS})

    def records(self, offset):
        self.consumer.assign([TopicPartition(*self.partition, offset)])
        while True:
            message = self.consumer.poll(1)
            code = message and message.error() and message.error().code()  # what may pass is waited for
            if code == KafkaError._AUTO_OFFSET_RESET: raise LogFault("the log does not reach so far")
            if code == KafkaError._PARTITION_EOF: yield None  # the end, for now
            if message and not code: yield message.offset(), json.loads(message.value()), message.value()

    def stands(self, at):  # whether the log still has the very record that a cursor names
        low, high = self.consumer.get_watermark_offsets(TopicPartition(*self.partition), timeout=30)
        record = next(self.records(at["offset"])) if low <= at["offset"] < high else None
        if not record: return False
        offset, event, _ = record
        tip = event["previousHash"] if event["type"] == "block.disconnected" else owner_of(event)
        found = [offset, event["log"], event["epoch"], event["sequence"]]
        return found == [at[key] for key in ("offset", "log", "epoch", "sequence")] and at["hash"] in (None, tip)

    def resume(self):  # at the cursor, else at the newest block that the log still has, else at the start
        self.at, self.blocks, self.block = dict(START), [], None
        if os.path.exists(self.file): self.at, self.blocks = json.load(open(self.file))
        if self.at["log"] and next(filter(None, self.records(OFFSET_BEGINNING)))[1]["log"] != self.at["log"]:
            sys.exit(f"LOG_REPLACED: {self.partition[0]} does not hold log {self.at['log']} any more")
        if self.at["log"] and not self.stands(self.at):
            kept = bisect.bisect_left(self.blocks, True, key=lambda block: not self.stands(block["cursor"]))
            self.at = dict(self.blocks[kept - 1]["cursor"] if kept else START)
            del self.blocks[kept:]
        self.seen = {n: b["hash"] for b in self.blocks for n in range(b["first"], b["cursor"]["sequence"] + 1)}
        return OFFSET_BEGINNING if self.at["offset"] is None else self.at["offset"] + 1

    def accept(self, offset, event, value):
        at, kind, sequence, epoch = self.at, event["type"], event["sequence"], event["epoch"]
        expect(at["log"] in (None, event["log"]), f"a record of log {event['log']}")
        if epoch < at["epoch"]: return  # void: its writer was replaced
        if kind == "writer.started" and epoch == at["epoch"]: expect(event["writer"] == at["writer"], "two writers")
        if sequence <= at["sequence"]:  # repeated: fine where it says what is known
            return expect(epoch == at["epoch"] and self.seen.get(sequence) == owner_of(event), "another record")
        expect(sequence == at["sequence"] + 1, f"record {sequence} follows on {at['sequence']}")
        expect((kind == "log.created") == (at["log"] is None), "log.created is the first record, and only that")
        expect(epoch == at["epoch"] or kind == "writer.started", f"epoch {epoch} was not opened")
        expect(not self.block or kind in ("operation", "writer.started"), "a block is not whole")
        at["sequence"], self.seen[sequence] = sequence, owner_of(event)
        self.seen.pop(sequence - REMEMBERED, None)
        if kind == "log.created": at.update(log=event["log"], first=event["firstBlock"])
        elif kind == "writer.started": at["epoch"], at["writer"], self.block = epoch, event["writer"], None  # void
        elif kind == "operation":
            place = self.block and (self.block["hash"], len(self.operations))
            expect((event["blockHash"], event["position"]) == place, "an operation is out of its place")
            self.operations.append({"txid": event["txid"], "payload": event["payload"]})
            self.digest.update(value)
        elif kind == "block.connected":
            expect(parent_of(event, at["first"]) == (at["height"], at["hash"]), "a block has another parent")
            self.block, self.operations, self.digest = event, [], hashlib.sha256()
        elif kind == "block.disconnected":
            expect(event["hash"] == at["hash"] and self.blocks.pop(), "another block than the newest leaves")
            self.move(offset, *parent_of(event, at["first"]))
        if self.block and len(self.operations) == self.block["operationCount"]:
            block, self.block = self.block, None
            expect(self.digest.hexdigest() == block["digest"], "operations are not those that the block announced")
            self.blocks.append({"hash": block["hash"], "first": block["sequence"], "operations": self.operations})
            self.move(offset, block["height"], block["hash"])

    def move(self, offset, height, tip):  # the branch and the cursor are kept together, or not at all
        self.at.update(offset=offset, height=height, hash=tip)
        if self.blocks: self.blocks[-1].setdefault("cursor", dict(self.at))
        with open(self.file + ".new", "w") as out: json.dump([self.at, self.blocks], out)
        os.replace(self.file + ".new", self.file)

reader, fault = Reader(*sys.argv[1:]), None
while True:
    try:
        for record in filter(None, reader.records(reader.resume())): reader.accept(*record)
    except LogFault as found:  # a log that was cut, and has grown again: resume finds where to go on
        if fault == (fault := (str(found), reader.at["sequence"])): sys.exit(f"{found}, behind {fault[1]}")
