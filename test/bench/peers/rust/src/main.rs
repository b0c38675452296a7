//! Peers of the rows `scan` and `verify`: reads the same blocks as we do, and says what it took.
//!
//! `bitcoin-peers MODE ITERATIONS FILE…` prints one line of JSON: CPU and wall time of all iterations in milliseconds, and
//! the answer, which is a sha256 over what each iteration found.

use bitcoin::consensus::deserialize;
use bitcoin::hashes::{sha256, Hash, HashEngine};
use bitcoin::{Block, Transaction};
use bitcoin_slices::{bsl, Visit, Visitor};
use core::hint::black_box;
use core::ops::ControlFlow;
use std::time::{Duration, Instant};

const OP_RETURN: u8 = 0x6a;
const OP_PUSHDATA1: u8 = 0x4c;
const OP_PUSHDATA4: u8 = 0x4e;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().expect("a mode");
    let iterations: u32 = arguments.next().and_then(|text| text.parse().ok()).expect("a count of iterations");
    let blocks: Vec<Vec<u8>> = arguments.map(|file| std::fs::read(file).expect("a file that can be read")).collect();
    let run: fn(&[u8], &mut dyn FnMut(&[u8])) = match mode.as_str() {
        "scan" => scan,
        "scan-slices" => scan_slices,
        "verify" => verify,
        "verify-slices" => verify_slices,
        _ => panic!("unknown mode {mode}"),
    };
    let mut answer = sha256::Hash::engine();
    for block in &blocks {
        run(block, &mut |found| {
            answer.input(&(found.len() as u32).to_le_bytes());
            answer.input(found);
        });
    }
    let (cpu, wall) = (cpu_time(), Instant::now());
    let mut bytes = 0;
    for _ in 0..iterations {
        blocks.iter().for_each(|block| run(black_box(block), &mut |found| bytes += black_box(found).len()));
    }
    println!(
        "{{\"cpuMs\":{},\"wallMs\":{},\"answer\":\"{}\"}}",
        milliseconds(cpu_time() - cpu),
        milliseconds(wall.elapsed()),
        sha256::Hash::from_engine(answer),
    );
}

/// Finds the payloads of a block.
fn scan(bytes: &[u8], found: &mut dyn FnMut(&[u8])) {
    let block: Block = deserialize(bytes).expect("a block");
    block.txdata.iter().filter_map(payload_of).for_each(found);
}

/// Finds the merkle root, once it was checked against all txids.
fn verify(bytes: &[u8], found: &mut dyn FnMut(&[u8])) {
    let block: Block = deserialize(bytes).expect("a block");
    assert!(block.check_merkle_root(), "the merkle root is that of the transactions");
    found(block.header.merkle_root.as_byte_array());
}

/// The last output that starts with OP_RETURN decides: it has a payload when one push, and nothing else, follows.
fn payload_of(transaction: &Transaction) -> Option<&[u8]> {
    let scripts = transaction.output.iter().rev().map(|output| output.script_pubkey.as_bytes());
    let mut deciding = scripts.filter(|script| script.first() == Some(&OP_RETURN));
    deciding.next().and_then(only_push)
}

/// A push that the script is too short for is what is left of it.
fn only_push(script: &[u8]) -> Option<&[u8]> {
    let opcode = *script.get(1)?;
    let (start, length) = match opcode {
        0 => return None,
        1..OP_PUSHDATA1 => (2, opcode as usize),
        OP_PUSHDATA1..=OP_PUSHDATA4 => {
            let count = 1 << (opcode - OP_PUSHDATA1);
            let bytes = (0..count).map(|index| script.get(2 + index).copied().unwrap_or(0) as usize);
            (2 + count, bytes.enumerate().map(|(index, byte)| byte << (8 * index)).sum())
        }
        _ => return None,
    };
    let end = start + length;
    (end >= script.len()).then(|| script.get(start..).unwrap_or(&[]))
}

/// The same over borrowed bytes, by `bitcoin_slices`: no hash, no allocation.
struct Payloads<'found> {
    deciding: Option<&'static [u8]>,
    found: &'found mut dyn FnMut(&[u8]),
}

impl Visitor for Payloads<'_> {
    fn visit_transaction(&mut self, _transaction: &bsl::Transaction) -> ControlFlow<()> {
        if let Some(payload) = self.deciding.take().and_then(only_push) {
            (self.found)(payload);
        }
        ControlFlow::Continue(())
    }
    fn visit_tx_out(&mut self, _index: usize, output: &bsl::TxOut) -> ControlFlow<()> {
        let script = output.script_pubkey();
        if script.first() == Some(&OP_RETURN) {
            // SAFETY: the script lies in the block, which outlives this visitor, and is let go at the end of the transaction.
            self.deciding = Some(unsafe { core::mem::transmute::<&[u8], &'static [u8]>(script) });
        }
        ControlFlow::Continue(())
    }
}

fn scan_slices(bytes: &[u8], found: &mut dyn FnMut(&[u8])) {
    bsl::Block::visit(bytes, &mut Payloads { deciding: None, found }).expect("a block");
}

/// Txids alone: `bitcoin_slices` has no merkle tree.
struct Txids<'found>(&'found mut dyn FnMut(&[u8]));

impl Visitor for Txids<'_> {
    fn visit_transaction(&mut self, transaction: &bsl::Transaction) -> ControlFlow<()> {
        (self.0)(transaction.txid().as_byte_array());
        ControlFlow::Continue(())
    }
}

fn verify_slices(bytes: &[u8], found: &mut dyn FnMut(&[u8])) {
    bsl::Block::visit(bytes, &mut Txids(found)).expect("a block");
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// User and system time of this process.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writes.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(failed, 0, "the clock of the process can be read");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
