//! Writes gzip (RFC 1952) without compression, in stored blocks (RFC 1951, section 3.2.4).
//! A client that asks for it has to unpack it all the same, and the mock needs no compressor.

/// The most that one stored block holds.
const BLOCK: usize = 0xffff;

/// Magic number, method, no flags, no time, no extra flags, unknown system (RFC 1952, section 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The bytes as a gzip member.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = HEAD.to_vec();
    let mut blocks = bytes.chunks(BLOCK).peekable();
    if blocks.peek().is_none() {
        packed.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    packed.extend(checksum(bytes).to_le_bytes());
    packed.extend(u32::try_from(bytes.len() % (1 << 32)).unwrap_or_default().to_le_bytes());
    packed
}

/// CRC-32 (RFC 1952, section 8).
fn checksum(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_is_as_other_programs_pack_it() {
        let expected = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 5, 0, 0xfa, 0xff, b'h', b'e', b'l', b'l', b'o', 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0];
        assert_eq!(gzip(b"hello"), expected);
    }

    #[test]
    fn long_texts_are_several_blocks_and_none_is_one() {
        assert_eq!(gzip(&vec![b'x'; BLOCK + 1]).len(), HEAD.len() + BLOCK + 1 + 2 * 5 + 8);
        assert_eq!(gzip(b"").len(), HEAD.len() + 5 + 8);
    }
}
