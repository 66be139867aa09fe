package kb

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"summitbot/kb/match"
)

// Store writes a knowledge base with its index, so that Restore need neither parse nor learn. The phrasings are left out:
// the index holds what was learnt from them, and the follow-ups.
func Store(w io.Writer, b *Base, ix *match.Index) error {
	lean := *b
	lean.FollowUps = nil
	lean.Entries = make([]Entry, len(b.Entries))
	for i, e := range b.Entries {
		e.Asked = nil
		lean.Entries[i] = e
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := gob.NewEncoder(z).Encode(&lean); err != nil {
		return fmt.Errorf("storing knowledge base: %w", err)
	}
	if err := ix.Encode(z); err != nil {
		return fmt.Errorf("storing knowledge base: %w", err)
	}
	return z.Close()
}

// maxStored is how many bytes a stored knowledge base may unpack to.
const maxStored = 1 << 30

// Restore reads what Store wrote.
func Restore(r io.Reader) (*Base, *match.Index, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(maxStored))
	if err != nil {
		return nil, nil, fmt.Errorf("restoring knowledge base: %w", err)
	}
	defer z.Close()
	buffered := bufio.NewReaderSize(z, 1<<20) // shared: each decoder must stop where its value ends
	b := &Base{}
	if err := gob.NewDecoder(buffered).Decode(b); err != nil {
		return nil, nil, fmt.Errorf("restoring knowledge base: %w", err)
	}
	ix, err := match.Decode(buffered)
	if err != nil {
		return nil, nil, fmt.Errorf("restoring knowledge base: %w", err)
	}
	// The checksum stands at the end; only who reads so far learns that something in between is damaged.
	switch n, err := io.Copy(io.Discard, buffered); {
	case err != nil:
		return nil, nil, fmt.Errorf("restoring knowledge base: %w", err)
	case n > 0:
		return nil, nil, fmt.Errorf("restoring knowledge base: %d bytes too many", n)
	}
	b.link()
	return b, ix, nil
}
