//! The database of a disk that cannot be written to: what opening it has to mend is mended in memory, so that it can at
//! least be read.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

use super::disk::Backend;

/// In bytes.
const BLOCK: u64 = 4096;

/// Keeps everything that is written to itself.
#[derive(Debug)]
pub(super) struct Overlay {
    below: Backend,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    blocks: BTreeMap<u64, Vec<u8>>,
    /// In bytes.
    length: u64,
    /// Of the file below, in bytes; what is cut off does not come back.
    below: u64,
}

impl Overlay {
    pub(super) fn new(below: Backend) -> io::Result<Overlay> {
        let length = below.len()?;
        Ok(Overlay {
            below,
            state: Mutex::new(State {
                blocks: BTreeMap::new(),
                length,
                below: length,
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it is below, zeros behind its end.
    fn read_below(&self, block: u64, state: &State) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; BLOCK as usize];
        let there = state.below.saturating_sub(block * BLOCK).min(BLOCK);
        if there > 0 {
            self.below
                .read(block * BLOCK, &mut bytes[..there as usize])?;
        }
        Ok(bytes)
    }
}

/// The blocks that a run of bytes is in: number, first byte inside, and how many.
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let end = offset + length as u64;
    let mut at = offset;
    std::iter::from_fn(move || {
        let from = at % BLOCK;
        let count = (BLOCK - from).min(end - at);
        let piece = (at / BLOCK, from as usize, count as usize);
        at += count;
        (count > 0).then_some(piece)
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.lock();
        if offset + out.len() as u64 > state.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut done = 0;
        for (block, from, count) in pieces(offset, out.len()) {
            let part = &mut out[done..done + count];
            match state.blocks.get(&block) {
                Some(bytes) => part.copy_from_slice(&bytes[from..from + count]),
                None => {
                    let bytes = self.read_below(block, &state)?;
                    part.copy_from_slice(&bytes[from..from + count]);
                }
            }
            done += count;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.lock();
        state.length = len;
        state.below = state.below.min(len);
        state.blocks.retain(|block, _| block * BLOCK < len);
        if let Some(last) = state.blocks.get_mut(&(len / BLOCK)) {
            last[(len % BLOCK) as usize..].fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.lock();
        let mut done = 0;
        for (block, from, count) in pieces(offset, data.len()) {
            let mut bytes = match state.blocks.remove(&block) {
                Some(bytes) => bytes,
                None => self.read_below(block, &state)?,
            };
            bytes[from..from + count].copy_from_slice(&data[done..done + count]);
            state.blocks.insert(block, bytes);
            done += count;
        }
        state.length = state.length.max(offset + data.len() as u64);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.below.close()
    }
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;

    /// The same random operations on the overlay and on plain bytes.
    #[test]
    fn it_reads_what_was_written_and_leaves_the_file_alone() {
        let mut random = fastrand::Rng::with_seed(5);
        let below = InMemoryBackend::new();
        let mut plain = vec![0; 10_000];
        random.fill(&mut plain);
        below.set_len(10_000).expect("a length");
        below.write(0, &plain).expect("written");
        let before = plain.clone();
        let overlay = Overlay::new(Backend(Box::new(below))).expect("an overlay");
        for _ in 0..2000 {
            let offset = random.usize(..plain.len());
            match random.u8(..10) {
                0 => {
                    let length = random.usize(1..20_000);
                    overlay.set_len(length as u64).expect("a length");
                    plain.resize(length, 0);
                }
                1..=4 => {
                    let mut data = vec![0; random.usize(..9000).min(plain.len() - offset)];
                    random.fill(&mut data);
                    overlay.write(offset as u64, &data).expect("written");
                    plain[offset..offset + data.len()].copy_from_slice(&data);
                }
                _ => {
                    let mut seen = vec![0; random.usize(..9000).min(plain.len() - offset)];
                    overlay.read(offset as u64, &mut seen).expect("read");
                    assert_eq!(seen, plain[offset..offset + seen.len()]);
                }
            }
            assert_eq!(overlay.len().expect("a length"), plain.len() as u64);
        }
        let mut after = vec![0; 10_000];
        overlay.below.read(0, &mut after).expect("read");
        assert_eq!(after, before);
    }
}
